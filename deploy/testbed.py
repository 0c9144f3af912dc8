"""What the tests of this folder share: a private Postgres with the roles of `postgres/roles.sql`, processes of coach, and
requests to them. Everything listens on this machine alone, and ends with the test.
"""

import glob
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

DEPLOY = Path(__file__).resolve().parent
ROOT = DEPLOY.parent
TARGET = (ROOT / os.environ.get("CARGO_TARGET_DIR", "target")).resolve()
# Only ends what never happens.
TIMEOUT_SECONDS = 90
PASSWORD = "only-for-this-test"


class NotRun(Exception):
    """The machine lacks something that the test takes."""


def coach_path():
    """The binary: COACH, else the release, else what tests use."""
    if os.environ.get("COACH"):
        return Path(os.environ["COACH"]).resolve()
    for profile in ["release", "debug"]:
        path = TARGET / profile / "coach"
        if path.exists():
            return path
    raise NotRun("there is no binary: set COACH, or cargo build --workspace --bin coach")


def free_port():
    with socket.socket() as it:
        it.bind(("127.0.0.1", 0))
        return it.getsockname()[1]


def until(what, condition, process=None):
    """Waits until the condition returns something, and returns it."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        if process is not None and process.poll() is not None:
            break
        time.sleep(0.1)
    raise AssertionError(f"did not happen: {what}" + (f"\n{process.log()}" if process is not None else ""))


def check(condition, what):
    if not condition:
        raise AssertionError(what)


def request(url, body=None, headers=None):
    """The status and the body, parsed if it is JSON; None if nobody answers."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"} | (headers or {})
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=10) as answer:
            status, text = answer.status, answer.read()
    except urllib.error.HTTPError as error:
        status, text = error.code, error.read()
    except OSError:
        return None
    try:
        return status, json.loads(text)
    except ValueError:
        return status, text.decode(errors="replace")


def today_query():
    """The app's first screen, with its fragments."""
    folder = ROOT / "schema/operations"
    needed, text = ["Today"], ""
    paths = {path.stem: path for path in folder.rglob("*.graphql")}
    while needed:
        document = paths[needed.pop()].read_text()
        text += document
        for word in document.replace("...", " ... ").split(" ... ")[1:]:
            name = word.split()[0]
            if name != "on" and f"fragment {name} " not in text and name not in needed:
                needed.append(name)
    return text


class Process:
    """A program with its log in a file, in a session of its own."""

    def __init__(self, name, command, folder, environment=None, **options):
        self.path = Path(folder) / f"{name}.log"
        self.file = self.path.open("wb")
        self.started = subprocess.Popen(
            [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=self.file, stderr=self.file,
            env=environment, cwd=folder, start_new_session=True, **options,
        )

    def poll(self):
        return self.started.poll()

    def log(self):
        return self.path.read_text(errors="replace")[-4000:]

    def stop(self):
        """Asks it to stop. Returns its exit code, and how many seconds it took."""
        begun = time.monotonic()
        if self.poll() is None:
            self.started.send_signal(signal.SIGTERM)
            try:
                self.started.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(self.started.pid, signal.SIGKILL)
                self.started.wait()
        self.file.close()
        return self.started.returncode, time.monotonic() - begun


class Postgres:
    """A private cluster on a free port, with the database `coach` and its two roles."""

    def __init__(self, configuration=""):
        """Lines of `configuration` are added to the cluster's postgresql.conf."""
        found = glob.glob("/usr/lib/postgresql/*/bin/initdb") + glob.glob("/opt/homebrew/opt/postgresql@*/bin/initdb")
        on_path = shutil.which("initdb")
        found = sorted(found, key=lambda it: int("".join(filter(str.isdigit, it)) or 0)) + ([on_path] if on_path else [])
        if not found or not shutil.which("psql"):
            raise NotRun("there is no Postgres (apt-get install postgresql)")
        # One on the path may be a link, with none of its others beside it.
        self.programs = Path(found[-1]).resolve().parent
        # Its account must be able to enter the folder, and it refuses to run as root.
        self.folder = Path(tempfile.mkdtemp(prefix="coach-deploy-"))
        self.account = {}
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
            self.account = {"user": "postgres", "group": "postgres", "extra_groups": []}
        self.data, self.port = self.folder / "data", free_port()
        subprocess.run(
            [self.programs / "initdb", "--pgdata", self.data, "--username", "postgres", "--auth", "trust", "--no-sync"],
            check=True, stdout=subprocess.DEVNULL, cwd=self.folder, **self.account,
        )
        with (self.data / "postgresql.conf").open("a") as file:
            file.write(configuration)
        self.admin_url = f"postgres://postgres@127.0.0.1:{self.port}/postgres"
        self.start()
        # Hosted servers have a master user that is no superuser.
        master = "CREATE ROLE master LOGIN CREATEDB CREATEROLE"
        subprocess.run(["psql", self.admin_url, "--quiet", "-c", master], check=True)
        subprocess.run([
            "psql", f"postgres://master@127.0.0.1:{self.port}/postgres", "--quiet", "-v", f"owner_password={PASSWORD}",
            "-v", f"password={PASSWORD}", "-f", DEPLOY / "postgres/roles.sql",
        ], check=True)

    def start(self):
        """Starts the cluster, and waits until it accepts connections."""
        self.process = Process("postgres", [
            self.programs / "postgres", "-D", self.data, "-p", self.port, "-h", "127.0.0.1", "-k", self.folder, "-F",
        ], folder=self.folder, **self.account)
        until("Postgres accepts connections", self._is_up, self.process)

    def _is_up(self):
        asked = ["psql", self.admin_url, "-Atc", "SELECT 1"]
        return subprocess.run(asked, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0

    def url(self, role):
        return f"postgres://{role}:{PASSWORD}@127.0.0.1:{self.port}/coach?sslmode=disable"

    def ask(self, sql):
        """The first column of the first row, as the superuser sees it."""
        url = f"postgres://postgres@127.0.0.1:{self.port}/coach"
        done = subprocess.run(["psql", url, "-Atc", sql], check=True, stdout=subprocess.PIPE, text=True)
        return done.stdout.strip()

    def stop(self):
        self.process.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def environment(settings):
    """That of a process of coach: nothing of ours but PATH."""
    return {"PATH": os.environ["PATH"]} | settings


def run_coach(coach, *arguments, settings, folder):
    """Runs a subcommand to its end, and returns what it writes to standard output."""
    done = subprocess.run(
        [str(coach), *arguments], env=environment(settings), cwd=folder, check=False, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )
    check(done.returncode == 0, f"coach {' '.join(arguments)} ended with {done.returncode}:\n{done.stderr}")
    return done.stdout.strip()


def main(test):
    """Runs a test: 0 if it passes, 77 if the machine lacks something, as in automake's harness."""
    try:
        test()
    except NotRun as reason:
        print(f"NOT RUN: {reason}")
        sys.exit(77)
    except AssertionError as error:
        print(f"FAILED: {error}", file=sys.stderr)
        sys.exit(1)
