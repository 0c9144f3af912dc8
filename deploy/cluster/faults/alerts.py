"""The alerts of Prometheus: those that a fault has to raise, and that it raises no other."""

import time

from stage.processes import Failed, wait_for

# Of an alert that has to fire, and of one that has to end. The longest window that a page looks back on is half an hour, which
# is half a minute here.
FIRE_SECONDS = 60
RESOLVE_SECONDS = 120

# What calls somebody when the database cannot be reached. DatabaseUnavailable and PrimaryMissing mute the rest in
# deploy/monitoring/alertmanager.
NO_DATABASE = {
    "DatabaseUnavailable", "PoolExhausted", "ApiFailing", "SignInFailing", "TodayFailing", "TodaySlow", "WorkoutFailing",
}


class Fault:
    """One of the drill: what does it, the alerts that it has to raise, and the pages that may come with them. What raises none
    is no fault, and then any alert is wrong, tickets too."""

    def __init__(self, run, raises=(), allowed=()):
        self.run = run
        self.raises = list(raises)
        self.allowed = set(allowed)


class Alerts:
    """What Prometheus raises from the beginning of a fault on."""

    def __init__(self, monitoring):
        self.monitoring = monitoring
        self.prometheus = monitoring.prometheus
        self.begun = time.time()
        # When something was killed, stopped or filled.
        self.planted = [self.begun]
        # What was waited for in vain.
        self.unmet = []
        self.before = self.firing()

    def firing(self):
        """The names and severities of what fires now."""
        return {(labels["alertname"], labels["severity"]) for labels in self.prometheus.firing()}

    def plant(self):
        """Something is killed, stopped or filled now: from here on it is measured until an alert fires."""
        self.planted.append(time.time())

    def hold(self, name, **labels):
        """Waits until the alert fires. Whether it did is judged at the end, since the fault has to be mended in any case."""
        def fires():
            wanted = labels | {"alertname": name}
            return any(wanted.items() <= found.items() for found in self.prometheus.firing())

        try:
            wait_for(f"{name} fires", fires, FIRE_SECONDS, interval=0.2)
        except Failed:
            self.unmet.append(" ".join([f"{name} did not fire within {FIRE_SECONDS} s", *labels.values()]))

    def raised(self):
        """When what was not firing before has first fired, by name and severity, as Prometheus has recorded it."""
        found = {}
        query = {"query": 'ALERTS{alertstate="firing"}', "start": self.begun, "end": time.time(), "step": 1}
        for series in self.prometheus.get("query_range", **query)["result"]:
            alert = series["metric"]["alertname"], series["metric"]["severity"]
            if alert not in self.before:
                found[alert] = min(found.get(alert, float("inf")), series["values"][0][0])
        return found

    def judge(self, verdict, fault):
        """Waits until the alerts of the fault and all pages have ended, and sees which there were."""
        mended = time.monotonic()

        def lasting():
            alerts = {name for name, severity in self.firing() if severity == "page" or name in fault.raises}
            return [*sorted(alerts), *(f"{name} cannot be scraped" for name in self.monitoring.missing())]

        try:
            wait_for("the alerts have ended", lambda: not lasting(), RESOLVE_SECONDS, interval=0.3)
        except Failed:
            verdict.check(False, f"still so after {RESOLVE_SECONDS} s: {', '.join(lasting())}")
        raised = self.raised()
        for name in fault.raises:
            at = min((at for (other, _), at in raised.items() if other == name), default=None)
            verdict.alert(at is not None, f"{name} after {self.since_planted(at):.0f} s" if at else f"no {name}")
        for text in self.unmet:
            verdict.check(False, text)
        for name, severity in sorted(alert for alert in raised if alert[0] not in fault.raises):
            expected = fault.raises and (severity == "ticket" or name in fault.allowed)
            verdict.check(expected, f"also a {severity}, {name}")
        if raised:
            verdict.see(f"the alerts had ended {time.monotonic() - mended:.0f} s later")
        elif not fault.raises:
            verdict.alert(True, "no alert")

    def since_planted(self, at):
        """How long before that time something was last planted."""
        return at - max((planted for planted in self.planted if planted <= at), default=at)
