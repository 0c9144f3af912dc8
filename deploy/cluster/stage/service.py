"""Gateways and workers of coach."""

import hashlib

from .pooler import MODES
from .processes import Process, http_status, wait_for

API_KEY = "cluster"

# The most connections of a gateway, and of a worker.
GATEWAY_CONNECTIONS = 10
WORKER_CONNECTIONS = 8

# Within this a process that was asked to stop has to end.
DRAIN_SECONDS = 15


class Service:
    """A gateway or a worker. Those of a deployment share a color."""

    def __init__(self, cluster, name, kind, deployment="blue", mode="session", settings=None):
        self.cluster = cluster
        self.name = name
        self.kind = kind
        self.port = cluster.ports.take()
        database = next(database for database, other in MODES.items() if other == mode)
        self.settings = common(cluster.run) | {
            "COACH_LISTEN": f"127.0.0.1:{self.port}",
            "COACH_DEPLOYMENT": deployment,
            "COACH_DATABASE_URL": cluster.database.url(cluster.pooler.port, name=database),
            "COACH_DATABASE_POOL_MODE": mode,
            # A mailbox of its own, so that each mail shows which process sent it.
            "COACH_MAIL": str(cluster.run / "mail" / name),
        } | (settings or {})
        listener = cluster.listen(self.port) if kind == "serve" else None
        self.process = Process(cluster.run, name, [cluster.coach, kind], self.settings, listener)

    def url(self, path):
        """The address of one of its routes."""
        return f"http://127.0.0.1:{self.port}{path}"

    def is_ready(self):
        """Whether it wants requests."""
        return http_status(self.url("/health/ready")) == 200

    def begin(self):
        """Starts it, and has it monitored from now on; whether it is ready has to be asked."""
        self.process.start()
        self.cluster.monitoring.add(self)

    def start(self):
        """Starts it, and waits until it is ready."""
        self.begin()
        self.wait_until_ready()
        return self

    def wait_until_ready(self):
        """Waits until it wants requests."""
        wait_for(f"{self.name} is ready", self.is_ready, process=self.process)

    def stop(self):
        """Asks it to stop, and returns how many seconds that took. To Prometheus it is missing until it starts again."""
        return self.process.stop()

    def retire(self):
        """Stops it for good: Prometheus no longer expects it."""
        self.cluster.monitoring.remove(self)
        return self.stop()


def common(run):
    """The settings of all processes of coach."""
    return {
        "COACH_HOME": str(run / "home"),
        "COACH_OBJECTS": str(run / "objects"),
        # Tokens are signed with the key in that folder.
        "COACH_AUTH_LOCAL": "yes",
        "COACH_AUTH_API_KEYS": f"cluster={hashlib.sha256(API_KEY.encode()).hexdigest()}",
        "COACH_DATABASE_CONNECTIONS": str(GATEWAY_CONNECTIONS),
        "COACH_WORKER_CONNECTIONS": str(WORKER_CONNECTIONS),
        # A gateway that has just started opens all its connections at once, while two cores carry the whole cluster.
        "COACH_TIMEOUT_ACQUIRE": "3s",
        # The load is a few members who do much, and whose mail comes from one machine.
        "COACH_LIMIT_COMMANDS": "1000000",
        "COACH_MAIL_MEMBER_BUDGET": "10000",
        "COACH_MAIL_ADDRESS_BUDGET": "10000",
        "COACH_MAIL_CODE_BUDGET": "10000",
    }
