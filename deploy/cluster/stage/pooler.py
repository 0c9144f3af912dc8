"""PgBouncer, between coach and the primary, in session mode and in transaction mode at once."""

import signal
import subprocess
import time

from . import folder as places
from .processes import Process, wait_for

# The most connections to Postgres that each mode may open. In session mode each connection of coach has one of its own,
# so this is no less than the sum of theirs: six gateways while two deployments overlap, and two workers.
POOL_SIZE = {"session": 76, "transaction": 12}

# By the name of the database that is asked for.
MODES = {"coach": "session", "coach_transaction": "transaction"}


class Pooler:
    """PgBouncer. Patroni's callback writes the port of the primary into `databases.ini`."""

    def __init__(self, run, ports, password, port):
        self.folder = run / "pgbouncer"
        self.folder.mkdir()
        places.own(self.folder)
        self.port = ports.take()
        self.password = password
        databases = [
            f"{name} = host=127.0.0.1 port={port} dbname=coach pool_mode={mode} pool_size={POOL_SIZE[mode]}"
            for name, mode in MODES.items()
        ]
        places.write(self.folder / "databases.ini", "\n".join(["[databases]", *databases, ""]))
        users = "".join(f'"{user}" "{password}"\n' for user in ["coach", "postgres"])
        places.write(self.folder / "users.txt", users)
        places.write(self.folder / "pgbouncer.ini", f"""\
%include {self.folder}/databases.ini

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {self.port}
unix_socket_dir =
pidfile = {self.folder}/pid
; Of clients. SCRAM takes long in a binary that is not optimized, for each connection after each restart.
auth_type = md5
auth_file = {self.folder}/users.txt
admin_users = postgres
max_client_conn = 500
; Seconds. While there is no primary: how often it is tried again, and how long a client waits for it, which is longer
; than coach does (COACH_TIMEOUT_ACQUIRE).
server_login_retry = 1
; Of connections that nobody uses.
server_idle_timeout = 20
server_connect_timeout = 2
query_wait_timeout = 5
; Of a server that swallows packets.
tcp_keepalive = 1
tcp_keepidle = 5
tcp_keepintvl = 2
tcp_keepcnt = 3
log_connections = 0
log_disconnections = 0
""")
        self.process = Process(run, "pgbouncer", [places.find("pgbouncer"), self.folder / "pgbouncer.ini"])

    def start(self):
        """Starts it, and waits until it leads to the primary."""
        # Of one that was killed.
        (self.folder / "pid").unlink(missing_ok=True)
        self.process.start()
        wait_for("PgBouncer leads to Postgres", self.leads_to_postgres, process=self.process)

    def leads_to_postgres(self):
        """Whether a query through it succeeds."""
        return self.ask("coach", "SELECT 1") == "1"

    def ask(self, database, text):
        """The rows of a query as lines; none on failure. `pgbouncer` is the database of its own commands."""
        url = f"postgres://postgres:{self.password}@127.0.0.1:{self.port}/{database}?sslmode=disable&connect_timeout=3"
        command = [places.postgres_programs() / "psql", "-X", "-q", "-A", "-t", "-c", text, url]
        done = subprocess.run(command, capture_output=True, text=True)
        return done.stdout.strip() if done.returncode == 0 else None

    def restart(self, meanwhile=None):
        """Ends it at once and starts it again, as a package's update does, or later. Returns the seconds until it answers."""
        begun = time.monotonic()
        self.process.signal(signal.SIGTERM)
        self.process.wait(10)
        if meanwhile:
            meanwhile()
        self.start()
        return time.monotonic() - begun

    def stop(self):
        """Stops it."""
        self.process.stop()
