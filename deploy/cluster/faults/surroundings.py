"""What is around the processes: a full disk, and a clock that is wrong."""

import os
import subprocess
import time
import urllib.request
from email.utils import parsedate_to_datetime

from stage import folder as places
from stage.service import Service

from .books import check_books
from .verdict import Verdict, Watch

LIBRARY = places.PROGRAMS / "usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"


def log_disk_full(drill):
    """The disk of the primary's log, which is a small one of its own. Postgres has to go on without its log."""
    cluster = drill.cluster
    verdict = Verdict("the disk of Postgres's log full", "no failed request; Postgres logs again once there is room")
    if os.geteuid() != 0:
        verdict.check(False, "only root can mount a small disk: not tried")
        return verdict
    node = cluster.database.primary()
    folder = node.folder / "log"
    account = places.account()
    options = f"size=2m,uid={account.pw_uid},gid={account.pw_gid},mode=700"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "coach-cluster-log", folder], check=True)
    try:
        # Into a new file on the small disk.
        cluster.database.sql("SELECT pg_rotate_logfile()")
        time.sleep(1)
        with open(folder / "filler", "wb", buffering=0) as filler:
            try:
                while True:
                    filler.write(b"x" * 4096)
            except OSError as error:
                verdict.see(f"the disk is full: {error.strerror}")
        drill.alerts.plant()
        watch = Watch(drill.load)
        # What writes to the log: each statement of this session.
        cluster.database.sql("SET log_statement = 'all'; " + "SELECT 1;" * 50)
        drill.alerts.hold("DiskFull", mountpoint=str(folder))
        watch.check_none_failed(verdict)
        (folder / "filler").unlink()
        cluster.database.sql("SELECT pg_rotate_logfile()")
        time.sleep(1)
        cluster.database.sql("SET log_statement = 'all'; SELECT 'the disk has room';")
        time.sleep(1)
        logged = any("the disk has room" in file.read_text(errors="replace") for file in folder.glob("*.log"))
        verdict.check(logged, "Postgres logs again" if logged else "Postgres does not log again")
    finally:
        # The log goes on where it was.
        subprocess.run(["umount", "--lazy", folder], check=True)
        cluster.database.sql("SELECT pg_rotate_logfile()")
    check_books(drill, verdict)
    return verdict


def clock_off(drill):
    """One of the gateways is a minute behind, then a minute ahead."""
    cluster = drill.cluster
    verdict = Verdict("a gateway's clock off by a minute", "no failed request; nothing is lost")
    if not LIBRARY.is_file():
        verdict.check(False, "libfaketime is not there: not tried")
        return verdict
    for offset in ["-60s", "+60s"]:
        # The monotonic clock, by which timeouts go, is right on such a machine.
        settings = {"LD_PRELOAD": str(LIBRARY), "FAKETIME": offset, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        odd = Service(cluster, f"clock{offset}", "serve", settings=settings)
        watch = Watch(drill.load)
        try:
            drill.alerts.plant()
            odd.start()
            off = seconds_off(odd)
            cluster.proxy.lead_to([*cluster.gateways[1:], odd])
            drill.alerts.hold("ClockOff", instance=odd.name)
        finally:
            cluster.proxy.lead_to(cluster.gateways)
            odd.retire()
        served = sum(f":{odd.port} 200" in answer.upstream for answer in watch.answers())
        verdict.check(served > 0 and abs(off) > 55, f"{offset}: its clock is {off:+.0f} s off, {served} of its answers were good")
        watch.check_none_failed(verdict)
    check_books(drill, verdict)
    return verdict


def seconds_off(service):
    """How far the clock of a gateway is ahead, by the date of its answers."""
    with urllib.request.urlopen(service.url("/health/live"), timeout=5) as answer:
        return parsedate_to_datetime(answer.headers["date"]).timestamp() - time.time()
