"""Prometheus with the rules of deploy/monitoring, a minute of which is a second here, and node_exporter for the disks."""

import json
import sys

from . import folder as places
from .processes import Failed, Process, http_status, wait_for

sys.path.append(str(places.ROOT / "deploy/monitoring"))

from faster import FLAGS, Prometheus, write_configuration  # noqa: E402

# By the subcommand of coach.
JOBS = {"serve": "coach-gateway", "worker": "coach-worker"}


class Monitoring:
    """Prometheus scrapes what it is told of: gateways, workers, Patroni, and node_exporter."""

    def __init__(self, run, ports, nodes):
        self.folder = run / "prometheus"
        self.folder.mkdir()
        places.own(self.folder)
        (self.folder / "data").mkdir()
        places.own(self.folder / "data")
        self.targets = {job: {} for job in [*JOBS.values(), "patroni", "node"]}
        port, exporter = ports.take(), ports.take()
        for node in nodes:
            self.targets["patroni"][f"patroni-{node.name}"] = node.api.removeprefix("http://")
        self.targets["node"]["machine"] = f"127.0.0.1:{exporter}"
        discovered = {job: f"file_sd_configs: [{{ files: ['{self.file(job)}'] }}]" for job in self.targets}
        # Of this machine's disks, those of the cluster.
        keep = f"{{ source_labels: [__name__, mountpoint], regex: 'node_filesystem_.*;{run}/.*', action: keep }}"
        discovered["node"] += f"\n    metric_relabel_configs: [{keep}]"
        write_configuration(self.folder, discovered)
        for job in self.targets:
            self.write(job)
        self.url = f"http://127.0.0.1:{port}"
        self.prometheus = Prometheus(self.url)
        self.exporter = Process(run, "node-exporter", [
            places.find("prometheus-node-exporter"), f"--web.listen-address=127.0.0.1:{exporter}",
            "--collector.disable-defaults", "--collector.filesystem",
        ])
        self.process = Process(run, "prometheus", [
            places.find("prometheus"), f"--config.file={self.folder}/prometheus.yml",
            f"--storage.tsdb.path={self.folder}/data", f"--web.listen-address=127.0.0.1:{port}", *FLAGS,
        ])

    def file(self, job):
        return self.folder / f"{job}.json"

    def write(self, job):
        """Writes which processes there are, at once as a whole."""
        targets = [{"targets": [address], "labels": {"instance": name}} for name, address in self.targets[job].items()]
        new = self.folder / f"{job}.new"
        places.write(new, json.dumps(targets))
        new.rename(self.file(job))

    def add(self, service):
        """Has a gateway or worker scraped from now on."""
        self.targets[JOBS[service.kind]][service.name] = f"127.0.0.1:{service.port}"
        self.write(JOBS[service.kind])

    def remove(self, service):
        """Does not expect it any more, as the discovery of services does when one is taken away on purpose."""
        self.targets[JOBS[service.kind]].pop(service.name, None)
        self.write(JOBS[service.kind])

    def start(self):
        """Starts both, and waits until all targets answer, all rules work, and no alert fires."""
        self.exporter.start()
        self.process.start()
        wait_for("Prometheus runs", lambda: http_status(f"{self.url}/-/ready") == 200, process=self.process)
        try:
            wait_for("all is well", lambda: not self.trouble(), interval=0.3, process=self.process)
        except Failed as error:
            raise Failed(f"{error}, but {self.trouble()}") from None

    def trouble(self):
        """What it does not reach yet, or has to say; empty if all is well."""
        if self.missing():
            return f"{', '.join(self.missing())} cannot be scraped"
        if not self.prometheus.rules_work():
            return "not all rules have been evaluated"
        return ", ".join(sorted({labels["alertname"] for labels in self.prometheus.firing()}))

    def missing(self):
        """What it does not reach."""
        found = self.prometheus.targets()
        return [name for job, targets in self.targets.items() for name in targets if not found.get((job, name))]

    def stop(self):
        """Stops both."""
        self.process.stop()
        self.exporter.stop()
