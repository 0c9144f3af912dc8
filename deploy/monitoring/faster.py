"""Prometheus with the rules of this folder, but faster: for those who plant faults and wait for their alerts.

A second is what a minute is otherwise: `for:` and the windows of rates are divided by 60, and never below a second.
Scrapes and evaluations come every second. What does not change are the thresholds, those in seconds too (an outbox that
has waited for 60 s), and what is compared with earlier times (`offset`).
"""

import json
import re
import urllib.parse
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
FACTOR = 60

# Flags of Prometheus, whose newer targets are scraped within seconds.
FLAGS = ["--scrape.discovery-reload-interval=1s"]

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def shortened(duration):
    """A duration of Prometheus, such as 10m, in its whole seconds here."""
    seconds = sum(int(number) * UNITS[unit] for number, unit in re.findall(r"(\d+)([smhd])", duration))
    return f"{max(1, round(seconds / FACTOR))}s"


def replaced(text, pattern, replacement):
    """The text with all matches replaced; there has to be one."""
    text, count = re.subn(pattern, replacement, text, flags=re.MULTILINE)
    assert count, f"nothing matches {pattern}"
    return text


def faster_rules(text):
    """A file of rules."""
    # Those of burn rates add up what is evaluated every 30 seconds.
    interval = re.search(r"^ +interval: (\d+)s$", text, flags=re.MULTILINE)
    if interval:
        text = replaced(text, rf"\* {interval[1]} >=", "* 1 >=")
        text = replaced(text, r"^( +interval:) .*$", r"\1 1s")
    text = re.sub(r"^( +for:) (.*)$", lambda match: f"{match[1]} {shortened(match[2])}", text, flags=re.MULTILINE)
    # Ranges, and those of subqueries with their resolution.
    return re.sub(
        r"\[(\w+)(?:(:)(\w+))?\]",
        lambda match: f"[{shortened(match[1])}{match[2] or ''}{shortened(match[3]) if match[3] else ''}]",
        text,
    )


def write_configuration(folder, targets, alertmanager=None):
    """Writes what is in this folder, faster, as `prometheus.yml` with `rules` beside it. `targets` has for each job that is
    scraped what says where, in YAML; other jobs are left out, and so is Alertmanager without an address."""
    rules = folder / "rules"
    rules.mkdir(parents=True)
    for file in (HERE / "prometheus" / "rules").glob("*.yml"):
        (rules / file.name).write_text(faster_rules(file.read_text()))
    text = (HERE / "prometheus" / "prometheus.yml").read_text()
    text = replaced(text, r"^( +(?:scrape|evaluation)_interval:) .*$", r"\1 1s")
    jobs = re.findall(r"job_name: (\S+)$", text, flags=re.MULTILINE)
    assert set(targets) <= set(jobs), f"the jobs are {jobs}"
    for job in jobs:
        there = f"    {targets.get(job, 'static_configs: []')}"
        text = replaced(text, rf"(^  - job_name: {job}\n)    dns_sd_configs:\n.*$", lambda match, there=there: match[1] + there)
    static = f"    - static_configs: [{{ targets: ['{alertmanager}'] }}]" if alertmanager else "    []"
    text = replaced(text, r"^    - dns_sd_configs:\n.*alertmanager\..*$", static)
    (folder / "prometheus.yml").write_text(text)


class Prometheus:
    """One that runs, and what it says."""

    def __init__(self, url):
        self.url = url

    def get(self, path, **parameters):
        """The data of an answer of its API."""
        with urllib.request.urlopen(f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(parameters)}", timeout=10) as answer:
            return json.load(answer)["data"]

    def firing(self):
        """The labels of the alerts that fire."""
        return [alert["labels"] for alert in self.get("alerts")["alerts"] if alert["state"] == "firing"]

    def targets(self):
        """Whether each target answers, by job and instance."""
        targets = self.get("targets")["activeTargets"]
        return {(it["labels"]["job"], it["labels"]["instance"]): it["health"] == "up" for it in targets}

    def rules_work(self):
        """Whether all rules have been evaluated, without errors."""
        rules = [rule for group in self.get("rules")["groups"] for rule in group["rules"]]
        return bool(rules) and all(rule["health"] == "ok" for rule in rules)
