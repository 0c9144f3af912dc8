"""A primary and a streaming replica of Postgres under Patroni, which keeps its state in etcd."""

import json
import os
import subprocess
import time
import urllib.request

from . import folder as places
from .processes import Failed, Process, http_status, postmasters, wait_for

# Seconds. A primary whose machine is gone is replaced when its lease has run out; one whose server alone died gives the
# lease back at once. Patroni asks for `loop_wait + 2 * retry_timeout <= ttl`.
LEASE = {"ttl": 10, "loop_wait": 1, "retry_timeout": 3}

PARAMETERS = {
    "wal_level": "replica",
    "hot_standby": "on",
    "hot_standby_feedback": "on",
    "max_connections": 150,
    "shared_buffers": "128MB",
    "wal_log_hints": "on",
    "wal_keep_size": "512MB",
    "log_line_prefix": "%m [%p] %a ",
    # Into files of their own, whose disk the drill fills.
    "logging_collector": "on",
    "log_rotation_size": "1MB",
    "log_connections": "on",
}


class Node:
    """A server and the Patroni that looks after it."""

    def __init__(self, run, name, ports, etcd, password, pooler):
        self.run = run
        self.name = name
        self.port = ports.take()
        self.api = f"http://127.0.0.1:{ports.take()}"
        self.folder = run / f"postgres-{name}"
        self.folder.mkdir()
        places.own(self.folder)
        (self.folder / "log").mkdir()
        places.own(self.folder / "log")
        settings = self.folder / "patroni.json"
        places.write(settings, json.dumps(self.settings(etcd, password, pooler), indent=2))
        self.process = Process(run, f"patroni-{name}", [places.PYTHON, places.find("patroni"), settings])

    def settings(self, etcd, password, pooler):
        """Patroni's configuration. JSON is YAML."""
        follow = f"{places.HERE}/follow-primary {pooler} {self.port}"
        hosts = ["host replication replicator 127.0.0.1/32 scram-sha-256", "host all all 127.0.0.1/32 scram-sha-256"]
        return {
            "scope": "coach",
            "name": self.name,
            "restapi": {"listen": self.api.removeprefix("http://"), "connect_address": self.api.removeprefix("http://")},
            "etcd3": {"hosts": f"127.0.0.1:{etcd}"},
            "bootstrap": {
                "dcs": LEASE | {
                    "maximum_lag_on_failover": 1048576,
                    # A commit is acknowledged when the replica has it too, as long as there is one.
                    "synchronous_mode": True,
                    "synchronous_mode_strict": False,
                    # A server that died is not waited for.
                    "primary_start_timeout": 0,
                    "postgresql": {"use_pg_rewind": True, "use_slots": True, "parameters": PARAMETERS},
                },
                "initdb": [{"encoding": "UTF8"}, {"locale": "C.UTF-8"}, "data-checksums"],
            },
            "postgresql": {
                "listen": f"127.0.0.1:{self.port}",
                "connect_address": f"127.0.0.1:{self.port}",
                "data_dir": str(self.folder / "data"),
                "bin_dir": str(places.postgres_programs()),
                "pgpass": str(self.folder / "pgpass"),
                "pg_hba": hosts,
                "parameters": {"log_directory": str(self.folder / "log"), "unix_socket_directories": ""},
                "authentication": {
                    "superuser": {"username": "postgres", "password": password},
                    "replication": {"username": "replicator", "password": password},
                    "rewind": {"username": "postgres", "password": password},
                },
                "callbacks": {"on_start": follow, "on_role_change": follow},
            },
        }

    def is_primary(self):
        """Whether it is the primary, and Patroni holds the lease for it."""
        return http_status(f"{self.api}/primary") == 200

    def is_replica(self):
        """Whether it is a replica that streams."""
        return http_status(f"{self.api}/replica") == 200

    def postmaster(self):
        """The process id of its server; none while that does not run."""
        return next((pid for pid in postmasters(self.run) if self.owns(pid)), None)

    def owns(self, pid):
        file = self.folder / "data/postmaster.pid"
        return file.exists() and file.read_text().startswith(f"{pid}\n")

    def kill(self):
        """What the loss of its machine is: Patroni and the server are gone at the same moment."""
        self.process.child.kill()
        pid = self.postmaster()
        if pid:
            os.kill(pid, 9)
        self.process.wait(10)


class Database:
    """The two nodes and etcd."""

    def __init__(self, run, ports, password, pooler):
        self.run = run
        self.password = password
        etcd, peer = ports.take(), ports.take()
        data = run / "etcd"
        self.etcd = Process(run, "etcd", [
            places.find("etcd"), "--name", "etcd", "--data-dir", data,
            "--listen-client-urls", f"http://127.0.0.1:{etcd}", "--advertise-client-urls", f"http://127.0.0.1:{etcd}",
            "--listen-peer-urls", f"http://127.0.0.1:{peer}", "--initial-advertise-peer-urls", f"http://127.0.0.1:{peer}",
            "--initial-cluster", f"etcd=http://127.0.0.1:{peer}", "--logger", "zap", "--log-level", "warn",
        ])
        self.etcd_url = f"http://127.0.0.1:{etcd}"
        self.nodes = [Node(run, name, ports, etcd, password, pooler) for name in ["a", "b"]]

    def start(self):
        """Starts etcd and both nodes, and waits until the replica is synchronous."""
        self.etcd.start()
        wait_for("etcd is healthy", lambda: http_status(f"{self.etcd_url}/health") == 200, process=self.etcd)
        first, second = self.nodes
        first.process.start()
        wait_for("Patroni has made the primary", first.is_primary, process=first.process)
        second.process.start()
        self.wait_until_synchronous()

    def wait_until_synchronous(self):
        """Waits until each commit waits for a replica."""
        def synchronous():
            return self.sql("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'", "postgres") == "1"

        wait_for("the replica is synchronous", synchronous, interval=0.3)

    def primary(self):
        """The primary."""
        return wait_for("there is a primary", lambda: next((node for node in self.nodes if node.is_primary()), None))

    def replica(self):
        """The other node."""
        primary = self.primary()
        return next(node for node in self.nodes if node is not primary)

    def url(self, port, user="coach", name="coach"):
        """The address of a database at a port."""
        return f"postgres://{user}:{self.password}@127.0.0.1:{port}/{name}?sslmode=disable"

    def sql(self, text, name="coach", user="postgres", variables=()):
        """Runs SQL on the primary, and returns its rows as lines. It is tried twice, for a failover in between."""
        for attempt in [0, 1]:
            command = [places.postgres_programs() / "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]
            for variable, value in variables:
                command += ["-v", f"{variable}={value}"]
            url = self.url(self.primary().port, user, name)
            done = subprocess.run([*command, url], input=text, capture_output=True, text=True)
            if done.returncode == 0:
                return done.stdout.strip()
            if attempt == 0:
                time.sleep(1)
        raise Failed(f"{text.strip()[:200]}: {done.stderr.strip()}")

    def state(self):
        """What Patroni says about its members."""
        with urllib.request.urlopen(f"{self.primary().api}/cluster", timeout=5) as answer:
            return json.load(answer)["members"]

    def stop(self):
        """Stops the replica, the primary, and etcd."""
        for node in sorted(self.nodes, key=lambda node: node.is_primary()):
            node.process.stop(60)
        self.etcd.stop()
