"""A gateway and a worker killed at any moment."""

import time

from .books import check_books
from .verdict import Verdict, Watch, retried, summary


def gateway(drill):
    """SIGKILL: what is in flight there is sent to another gateway by nginx, which is safe because changes have a key."""
    cluster = drill.cluster
    verdict = Verdict(
        f"a gateway killed, {drill.kills} times",
        "nothing but what was in flight there fails, and that is retried; nothing is lost",
    )
    for number in range(drill.kills):
        victim = cluster.gateways[number % len(cluster.gateways)]
        watch = Watch(drill.load)
        drill.alerts.plant()
        victim.process.kill()
        killed = time.monotonic()
        drill.alerts.hold("InstanceDown", instance=victim.name)
        victim.start()
        time.sleep(1)
        failed = watch.failed()
        # What was not being answered at that moment has no excuse.
        elsewhere = [answer for answer in failed if answer.begun > killed or f":{victim.port}" not in answer.upstream]
        verdict.check(not elsewhere, f"{victim.name}: {summary(watch.answers())}, {retried(watch.answers())} retried by nginx")
    check_books(drill, verdict)
    return verdict


def worker(drill):
    """SIGKILL: the other worker goes on, and gets what the dead one held after the visibility timeout. Then both at once."""
    cluster = drill.cluster
    verdict = Verdict(f"a worker killed, {drill.kills} times, and both", "no letter is lost; mailed again is only what the dead one held")
    watch = Watch(drill.load)
    for number in range(drill.kills):
        victim = cluster.workers[number % len(cluster.workers)]
        drill.alerts.plant()
        victim.process.kill()
        drill.may_mail_again.add(victim.name)
        drill.alerts.hold("InstanceDown", instance=victim.name)
        victim.start()
        time.sleep(1)
    drill.alerts.plant()
    for victim in cluster.workers:
        victim.process.kill()
        drill.may_mail_again.add(victim.name)
    drill.alerts.hold("WorkersDown")
    for victim in cluster.workers:
        victim.start()
    watch.check_none_failed(verdict)
    check_books(drill, verdict)
    return verdict
