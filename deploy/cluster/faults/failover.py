"""The primary lost: its server alone, and its whole machine. Patroni promotes the replica."""

import os
import time

from stage.processes import wait_for

from .books import check_books
from .verdict import Verdict, Watch, summary

# Within this the service has to be back, from the promotion on.
RECOVERY_SECONDS = 10


def server_killed(drill):
    """SIGKILL to Postgres alone: its Patroni gives the lease back at once."""
    return fail_over(drill, "the primary's server killed", lambda node: os.kill(node.postmaster(), 9))


def machine_lost(drill):
    """SIGKILL to Postgres and Patroni at once: the lease has to run out."""
    return fail_over(drill, "the primary's machine lost", lambda node: node.kill())


def fail_over(drill, name, kill):
    """Kills the primary, waits for the other to be promoted and for the service, and brings the old one back."""
    cluster, load = drill.cluster, drill.load
    verdict = Verdict(
        name,
        f"errors only while there is no primary, each with a code; back within {RECOVERY_SECONDS} s of the promotion without "
        "a restart; nothing acknowledged is lost",
    )
    cluster.database.wait_until_synchronous()
    old, new = cluster.database.primary(), cluster.database.replica()
    services = [*cluster.gateways, *cluster.workers]
    pids = [service.process.child.pid for service in services]
    drill.may_mail_again |= {service.name for service in services}
    watch = Watch(load)
    drill.alerts.plant()
    kill(old)
    killed = time.monotonic()
    wait_for("the replica is promoted", new.is_primary, interval=0.02)
    promoted = time.monotonic()
    verdict.see(f"promoted {promoted - killed:.1f} s after the kill")
    calm = load.wait_until_calm(seconds=3)
    failed = watch.failed()
    watch.check_codes(verdict)
    last = max((answer.ended for answer in failed), default=promoted)
    late = max(last - promoted, 0)
    verdict.check(calm is not None and late <= RECOVERY_SECONDS, f"the last failed {late:.1f} s after the promotion")
    good = [answer for answer in load.between(promoted) if answer.begun > killed and not answer.failed]
    first = min(good, key=lambda answer: answer.ended, default=None)
    verdict.see(f"the first succeeded {first.ended - promoted:.1f} s after it" if first else "none has succeeded since")
    early = [answer for answer in failed if answer.ended < killed]
    verdict.check(not early, f"{summary(early)} before the kill" if early else "none failed before the kill")
    alive = all(service.process.is_running() for service in services)
    same = pids == [service.process.child.pid for service in services]
    verdict.check(alive and same, "no process of coach was restarted, none has ended")
    drill.alerts.hold("PrimaryChanged")
    # Its Patroni rewinds it, and it follows.
    if not old.process.is_running():
        drill.alerts.hold("ReplicaMissing")
        old.process.start()
    wait_for("the old primary is a replica", old.is_replica)
    cluster.database.wait_until_synchronous()
    verdict.see(f"the old primary was a synchronous replica {time.monotonic() - killed:.0f} s after the kill")
    check_books(drill, verdict)
    return verdict
