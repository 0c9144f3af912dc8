"""The whole cluster: started in order, and stopped in reverse."""

import secrets
import shutil
import signal
import socket
import subprocess

from . import folder as places
from .database import Database
from .monitoring import Monitoring
from .pooler import Pooler
from .processes import Failed, start_watchdog, sweep
from .proxy import Proxy
from .service import Service, common

GATEWAYS = 3
WORKERS = 2


class Cluster:
    """Three gateways and two workers behind nginx, PgBouncer, a primary with a replica under Patroni and etcd; Prometheus."""

    def __init__(self, name, sockets=False):
        # Whether it listens for the gateways, and gives each its socket.
        self.sockets = sockets
        places.fetch_programs()
        sweep(places.BASE / name)
        self.run = places.create(name)
        self.watchdog = start_watchdog(self.run)
        self.ports = places.Ports()
        self.coach = self.run / "coach"
        shutil.copy2(places.find_coach(), self.coach)
        for folder in ["home", "objects", "mail"]:
            (self.run / folder).mkdir()
            places.own(self.run / folder)
        password = secrets.token_hex(16)
        places.write(self.run / "password", password)
        self.database = Database(self.run, self.ports, password, self.run / "pgbouncer")
        self.pooler = Pooler(self.run, self.ports, password, self.database.nodes[0].port)
        self.proxy = Proxy(self.run, self.ports)
        self.monitoring = Monitoring(self.run, self.ports, self.database.nodes)
        self.gateways = [Service(self, f"gateway-{number}", "serve") for number in range(1, GATEWAYS + 1)]
        self.workers = [Service(self, f"worker-{number}", "worker") for number in range(1, WORKERS + 1)]

    def start(self, say=print):
        """Starts everything, with content and the demo members."""
        say("etcd, Patroni, Postgres")
        self.database.start()
        self.database.sql(f"CREATE ROLE coach LOGIN PASSWORD '{self.database.password}'", "postgres")
        self.database.sql("CREATE DATABASE coach OWNER coach", "postgres")
        say("tables and content")
        self.command("migrate")
        self.command("seed")
        say("PgBouncer, gateways, workers, nginx")
        self.pooler.start()
        for service in [*self.gateways, *self.workers]:
            service.begin()
        for service in [*self.gateways, *self.workers]:
            service.wait_until_ready()
        self.proxy.start(self.gateways)
        say("Prometheus")
        self.monitoring.start()

    def listen(self, port):
        """The socket of a gateway, which outlives it; none if gateways listen by themselves."""
        if not self.sockets:
            return None
        listener = socket.create_server(("127.0.0.1", port), backlog=1024)
        listener.setblocking(False)
        return listener

    def command(self, *arguments):
        """Runs a subcommand of coach with a direct connection to the primary, and returns what it prints."""
        url = self.database.url(self.database.primary().port)
        settings = places.environment() | common(self.run) | {"COACH_DATABASE_URL": url, "COACH_MAIL": str(self.run / "mail")}
        done = subprocess.run(
            [self.coach, *arguments], cwd=self.run, env=settings, capture_output=True, text=True, **places.identity()
        )
        if done.returncode != 0:
            raise Failed(f"coach {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout.strip()

    def describe(self):
        """Where what is."""
        lines = [("API", f"{self.proxy.url}/graphql (nginx)")]
        lines += [(service.name, service.url("/health/ready")) for service in [*self.gateways, *self.workers]]
        lines += [("PgBouncer", self.database.url(self.pooler.port))]
        lines += [("", self.database.url(self.pooler.port, name="coach_transaction"))]
        for node in self.database.nodes:
            role = "primary" if node.is_primary() else "replica"
            lines.append((f"Postgres {node.name}", f"{self.database.url(node.port)}, {role} now, Patroni {node.api}/cluster"))
        lines.append(("Prometheus", f"{self.monitoring.url}/alerts, a minute of its rules is a second"))
        lines += [("etcd", self.database.etcd_url), ("logs, mail", str(self.run))]
        lines += [("a token", f"COACH_HOME={self.run}/home {self.coach} token")]
        return "\n".join(f"  {name:<12}{value}" for name, value in lines)

    def stop(self):
        """Stops everything; what remains is killed."""
        self.monitoring.stop()
        self.proxy.stop()
        services = [*self.gateways, *self.workers]
        for service in services:
            service.process.signal(signal.SIGTERM)
        for service in services:
            service.process.stop()
        self.pooler.stop()
        self.database.stop()
        left = sweep(self.run)
        self.watchdog.stdin.close()
        self.watchdog.wait()
        (self.run / "coach").unlink(missing_ok=True)
        return left

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
