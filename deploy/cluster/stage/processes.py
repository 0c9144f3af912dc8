"""A process of the cluster, and how to end all of them even after whoever started them was killed."""

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from . import folder as places

# Only ends what never happens.
TIMEOUT_SECONDS = 120

# Gives a program its socket as systemd does (sd_listen_fds): as descriptor 3, with its own process id.
HAND_OVER = 'exec 3<&"$0"; LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"'


class Failed(Exception):
    """What the cluster was expected to do, and did not."""


def wait_for(what, condition, timeout=TIMEOUT_SECONDS, interval=0.05, process=None):
    """Waits until the condition holds, and returns its value. Errors of connections mean that it does not hold yet. It will
    not hold when the process has ended."""
    deadline = time.monotonic() + timeout
    while True:
        try:
            result = condition()
        except OSError:
            result = None
        if result:
            return result
        if process and not process.is_running():
            raise Failed(f"{process.name} has ended: {what}; see {process.log}")
        if time.monotonic() > deadline:
            raise Failed(f"waited {timeout} s: {what}")
        time.sleep(interval)


def http_status(url, timeout=2):
    """The status of an answer to GET; 0 without an answer."""
    try:
        with urllib.request.urlopen(url, timeout=timeout) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


class Process:
    """A program of the cluster. It runs as the account, apart from the terminal, and appends to a log of its own."""

    def __init__(self, run, name, command, settings=None, listener=None):
        self.run = run
        self.name = name
        self.command = [str(part) for part in command]
        self.settings = settings or {}
        # A socket that stays open when it ends, as those that systemd listens on.
        self.listener = listener
        self.log = run / f"{name}.log"
        self.child = None

    def start(self):
        """Starts it; whether it works has to be asked."""
        if not self.log.exists():
            places.write(self.log, "")
        settings = places.environment() | {"HOME": str(self.run), places.MARK: str(self.run)} | self.settings
        command, sockets = self.command, []
        if self.listener:
            sockets = [self.listener.fileno()]
            command = ["sh", "-c", HAND_OVER, str(sockets[0]), *command]
        with open(self.log, "ab") as log:
            self.child = subprocess.Popen(
                command, cwd=self.run, env=settings, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, pass_fds=sockets, **places.identity(),
            )

    def is_running(self):
        """Whether it was started and has not ended."""
        return self.child is not None and self.child.poll() is None

    def signal(self, number):
        """Sends it a signal, if it runs."""
        if self.is_running():
            self.child.send_signal(number)

    def wait(self, timeout):
        """Waits until it has ended; whether it has."""
        if self.child is None:
            return True
        try:
            self.child.wait(timeout)
        except subprocess.TimeoutExpired:
            return False
        return True

    def stop(self, timeout=30):
        """Asks it to end, and returns how many seconds that took. What does not end is killed."""
        begun = time.monotonic()
        self.signal(signal.SIGTERM)
        if not self.wait(timeout):
            self.kill()
        return time.monotonic() - begun

    def kill(self):
        """Kills it at once."""
        self.signal(signal.SIGKILL)
        self.wait(10)


def postmasters(run):
    """The process ids of the servers of Postgres of a run."""
    for file in Path(run).glob("postgres-*/data/postmaster.pid"):
        try:
            pid = int(file.read_text().split("\n", 1)[0])
            if str(file.parent) in Path(f"/proc/{pid}/cmdline").read_text():
                yield pid
        except (OSError, ValueError):
            pass


def belongs(folder, run):
    """Whether the process of a folder in /proc is of this run: by its environment, or where it does not keep that (nginx
    writes its title there, Patroni passes nothing on), by its name and where it works."""
    if f"{places.MARK}={run}".encode() in (folder / "environ").read_bytes().split(b"\0"):
        return True
    name = (folder / "comm").read_text().strip()
    return name in ["nginx", "postgres"] and (folder / "cwd").resolve().is_relative_to(run)


def of_run(run):
    """The process ids of a run."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if int(folder.name) != os.getpid() and belongs(folder, run):
                yield int(folder.name)
        except OSError:
            pass


def sweep(run):
    """Kills all processes of a run, and returns their number."""
    killed = set()
    # Again for what was started meanwhile.
    for _ in range(2):
        for pid in of_run(run):
            try:
                os.kill(pid, signal.SIGKILL)
                killed.add(pid)
            except OSError:
                pass
    return len(killed)


def start_watchdog(run):
    """Starts a process that ends all others of the run when this one is gone, for whatever reason."""
    return subprocess.Popen(
        [places.PYTHON, places.HERE / "stop", "--after-its-starter", run],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )
