"""Rolling restarts of the gateways, with nginx's help and without."""

import collections
import re
import time

from stage.service import DRAIN_SECONDS

from .verdict import Verdict, Watch, retried

# What nginx's error log says, and what that is.
CAUSES = {
    "refused": r"Connection refused",
    "closed before the answer": r"prematurely closed connection",
    "reset": r"Connection reset by peer|Broken pipe",
    "no gateway left": r"no live upstreams",
    "timed out": r"timed out",
}


def rolling(drill):
    """With nginx as it is to be configured."""
    return restart_all(drill, "rolling restarts", "retried", "no failed request; each gateway stops within 15 s")


def without_care(drill):
    """With nginx as it is without being told anything."""
    return restart_all(
        drill, "rolling restarts, nginx by default", "default", "no failed request without any care of the proxy's"
    )


def bare(drill):
    """With nginx forbidden to ask another gateway."""
    return restart_all(
        drill, "rolling restarts, nginx never retries", "bare", "no failed request although each has one attempt alone"
    )


def restart_all(drill, name, retries, expected):
    """Stops each gateway, waits until it has ended, starts it, waits until it is ready, and goes on to the next."""
    cluster, verdict = drill.cluster, Verdict(f"{drill.restarts} {name}", expected)
    cluster.proxy.lead_to(cluster.gateways, retries)
    try:
        offset = cluster.proxy.process.log.stat().st_size
        watch, stopped, events = Watch(drill.load), [], []
        for _ in range(drill.restarts):
            for gateway in cluster.gateways:
                begun = time.monotonic()
                stopped.append(gateway.stop())
                ended = time.monotonic()
                gateway.start()
                events.append((gateway.port, begun, ended, time.monotonic()))
        time.sleep(1)
        watch.check_none_failed(verdict)
        verdict.check(
            max(stopped) <= DRAIN_SECONDS, f"{len(stopped)} stops took {min(stopped):.1f} to {max(stopped):.1f} s"
        )
        verdict.see(f"nginx has sent {retried(watch.answers())} requests to a second gateway")
        log = cluster.proxy.process.log.read_bytes()[offset:].decode(errors="replace")
        for cause, pattern in CAUSES.items():
            count = len(re.findall(pattern, log))
            if count:
                verdict.see(f"nginx: {count} × {cause}")
        for phase, count in phases(watch.failed(), events).most_common():
            verdict.see(f"failed {phase}: {count}")
    finally:
        cluster.proxy.lead_to(cluster.gateways, "retried")
    return verdict


def phases(failed, events):
    """When requests failed: by what the gateway that they were sent to did then."""
    found = collections.Counter()
    for answer in failed:
        for port, begun, ended, ready in events:
            if f":{port} " in f"{answer.upstream} " and answer.ended >= begun and answer.begun <= ready:
                if answer.ended < ended:
                    found[f"while it stopped, {answer.ended - begun:.1f} s after SIGTERM"] += 1
                else:
                    found["while it was not there"] += 1
                break
        else:
            found["at another time"] += 1
    return found
