"""PgBouncer: restarted in both modes, and how many connections Postgres sees."""

import time

from stage.cluster import WORKERS
from stage.pooler import POOL_SIZE
from stage.service import GATEWAY_CONNECTIONS, WORKER_CONNECTIONS, Service

from .books import check_books
from .verdict import Verdict, Watch

# Errors after PgBouncer answers again.
RECOVERY_SECONDS = 3

# Of clients; those of replication and of the drill itself are no concern of the pooler.
CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'coach' AND backend_type = 'client backend'"


def restart(drill):
    """In session mode."""
    verdict = Verdict(
        f"PgBouncer restarted, {drill.kills} times, and stopped",
        f"errors only until {RECOVERY_SECONDS} s after it is back, each with a code; nothing is lost",
    )
    restart_pooler(drill, verdict)
    take_away(drill, verdict, lambda: drill.alerts.hold("DatabaseUnavailable"))
    check_books(drill, verdict)
    return verdict


def transaction_mode(drill):
    """Gateways that know of transaction mode take over, carry the load and a restart of PgBouncer, and give back."""
    cluster = drill.cluster
    verdict = Verdict(
        "PgBouncer in transaction mode",
        f"{POOL_SIZE['transaction']} connections carry the load without a failed request; a restart as in session mode",
    )
    names = [f"transaction-{number}" for number, _ in enumerate(cluster.gateways, 1)]
    others = [Service(cluster, name, "serve", mode="transaction") for name in names]
    try:
        for gateway in others:
            gateway.begin()
        for gateway in others:
            gateway.wait_until_ready()
        watch = Watch(drill.load)
        for some in [others[:1], others]:
            cluster.proxy.lead_to(some)
            time.sleep(8)
            used = pool_use(cluster, "coach_transaction")
            verdict.check(used <= POOL_SIZE["transaction"], f"gateways: {len(some)}, connections to Postgres: {used}")
        watch.check_none_failed(verdict)
        restart_pooler(drill, verdict)
    finally:
        cluster.proxy.lead_to(cluster.gateways)
        for gateway in others:
            gateway.retire()
    check_books(drill, verdict)
    return verdict


def restart_pooler(drill, verdict):
    """Restarts it some times, and checks what failed meanwhile."""
    for _ in range(drill.kills):
        take_away(drill, verdict)


def take_away(drill, verdict, meanwhile=None):
    """Stops it and starts it again, and checks what failed meanwhile."""
    cluster, load = drill.cluster, drill.load
    drill.may_mail_again |= {service.name for service in cluster.workers}
    watch = Watch(load)
    drill.alerts.plant()
    gone = cluster.pooler.restart(meanwhile)
    back = time.monotonic()
    calm = load.wait_until_calm(seconds=2)
    late = max([answer.ended - back for answer in watch.failed()] + [0])
    text = f"away for {gone:.2f} s, the last failed {late:.1f} s after"
    verdict.check(calm is not None and late <= RECOVERY_SECONDS, text)
    watch.check_codes(verdict)


def pool_use(cluster, database):
    """How many connections PgBouncer has open for a database."""
    rows = cluster.pooler.ask("pgbouncer", "SHOW SERVERS") or ""
    return sum(row.split("|")[2] == database for row in rows.splitlines())


def one_to_three(drill):
    """Gateways from one to three, while the connections at Postgres are counted."""
    cluster = drill.cluster
    verdict = Verdict(
        "gateways from one to three",
        "no more connections at Postgres than gateways and workers may have; no failed request",
    )
    first, *others = cluster.gateways
    watch = Watch(drill.load)
    cluster.proxy.lead_to([first])
    for gateway in others:
        gateway.retire()
    # PgBouncer closes what nobody uses any more after 20 s.
    time.sleep(25)
    alone = most_connections(cluster, 6)
    for gateway in others:
        gateway.start()
    cluster.proxy.lead_to(cluster.gateways)
    all_three = most_connections(cluster, 10)
    watch.check_none_failed(verdict)
    most = WORKERS * WORKER_CONNECTIONS + len(cluster.gateways) * GATEWAY_CONNECTIONS
    text = f"{alone} connections with one gateway, {all_three} with three, {most} are set"
    verdict.check(max(alone, all_three) <= most, text)
    return verdict


def count_connections(cluster):
    """How many connections of coach Postgres has."""
    return int(cluster.database.sql(CONNECTIONS))


def most_connections(cluster, seconds):
    """The most of them during this time."""
    end, most = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        most = max(most, count_connections(cluster))
        time.sleep(0.3)
    return most
