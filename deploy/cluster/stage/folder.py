"""Where the cluster is on the disk, as whom it runs, and which ports it takes."""

import os
import pwd
import shutil
import socket
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
ROOT = HERE.parent.parent
TARGET = ROOT / os.environ.get("CARGO_TARGET_DIR", "target")
BASE = Path(os.environ.get("COACH_CLUSTER_FOLDER", TARGET / "cluster")).resolve()
PROGRAMS = BASE / "programs"

# Debian's, for which its libraries are built.
PYTHON = "/usr/bin/python3"

# Of each process of a cluster, in its environment: by this it is found when nobody waits for it any more. No COACH_…, which
# would be a setting.
MARK = "CLUSTER_RUN"

# Below the ephemeral range: the source port of a client cannot be the port of a process that is restarted.
PORTS = range(21_000, 31_000)


def account():
    """The account that everything runs as: for root that of Postgres, because Postgres refuses root."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    for name in ["postgres", "nobody"]:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            pass
    sys.exit("there is neither an account `postgres` nor `nobody`: useradd --system postgres")


def identity():
    """The arguments of `subprocess` by which a program runs as the account."""
    if os.geteuid() != 0:
        return {}
    return {"user": account().pw_uid, "group": account().pw_gid, "extra_groups": []}


def create(name):
    """An empty folder with this name below `target/cluster`, which belongs to the account."""
    folder = BASE / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for parent in folder.parents:
        if os.geteuid() == 0 and not parent.stat().st_mode & 0o001:
            sys.exit(f"the account {account().pw_name} cannot enter {parent}: set COACH_CLUSTER_FOLDER to another folder")
    own(folder)
    return folder


def own(path):
    """Gives a file or folder to the account."""
    if os.geteuid() == 0:
        os.chown(path, account().pw_uid, account().pw_gid)


def write(path, text):
    """Writes a file that belongs to the account, and that only the account can read."""
    path.touch(mode=0o600)
    path.write_text(text)
    own(path)


def fetch_programs():
    """Unpacks what is not installed."""
    BASE.mkdir(parents=True, exist_ok=True)
    subprocess.run([HERE / "programs", PROGRAMS], check=True)


def environment():
    """The environment that programs from `programs` need."""
    libraries = PROGRAMS / "usr/lib/x86_64-linux-gnu"
    return {
        "PATH": os.pathsep.join([f"{PROGRAMS}/usr/bin", f"{PROGRAMS}/usr/sbin", os.environ["PATH"], "/usr/sbin"]),
        "LD_LIBRARY_PATH": str(libraries),
        "PYTHONPATH": f"{PROGRAMS}/usr/lib/python3/dist-packages",
        "LC_ALL": "C.UTF-8",
    }


def find(program):
    """The path of a program that is unpacked or installed."""
    path = shutil.which(program, path=environment()["PATH"])
    return path or sys.exit(f"{program} is missing")


def postgres_programs():
    """The folder with `postgres` and `initdb`, 15 or later."""
    given = os.environ.get("COACH_POSTGRES_BIN")
    found = [Path(given)] if given else sorted(Path("/usr/lib/postgresql").glob("[0-9]*/bin"), reverse=True)
    for folder in found:
        if (folder / "postgres").is_file() and (given or int(folder.parent.name) >= 15):
            return folder
    sys.exit("Postgres 15 or later is missing: apt-get install postgresql, or set COACH_POSTGRES_BIN")


def find_coach():
    """The binary under test, as it is now: a build may replace it meanwhile."""
    built = Path(os.environ.get("COACH_CLUSTER_BINARY", TARGET / "debug/coach")).resolve()
    if not built.is_file():
        sys.exit(f"{built} is missing: cargo build --workspace --bin coach")
    return built


class Ports:
    """Hands out ports that are free now, each once."""

    def __init__(self):
        self.next = PORTS.start + os.getpid() * 37 % (len(PORTS) - 100)

    def take(self):
        for _ in PORTS:
            port, self.next = self.next, self.next + 1
            with socket.socket() as listener:
                try:
                    listener.bind(("127.0.0.1", port))
                    return port
                except OSError:
                    pass
        sys.exit("no port is free")
