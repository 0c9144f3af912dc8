"""Blue/green: from one deployment to another with a migration in between, and back again."""

import time

from stage.service import Service

from .verdict import Verdict, Watch

# Such as the next version would bring: it only adds. Blue does not know it, and finds a database that is newer than itself.
MIGRATION = "9999_cluster_drill"
EXPAND = f"""
SET lock_timeout = '2s';
BEGIN;
ALTER TABLE member ADD COLUMN cluster_drill text;
ALTER TABLE workout_completion ADD COLUMN cluster_drill integer NOT NULL DEFAULT 0;
CREATE TABLE cluster_drill (id UUID PRIMARY KEY, member_id UUID NOT NULL REFERENCES member ON DELETE CASCADE);
INSERT INTO seaql_migrations (version, applied_at) VALUES ('{MIGRATION}', extract(epoch FROM now())::bigint);
COMMIT;
CREATE INDEX CONCURRENTLY cluster_drill_member ON member (cluster_drill) WHERE cluster_drill IS NOT NULL;
"""


def there_and_back(drill):
    """Blue serves; the database is migrated; green starts beside it; nginx leads to green, then back to blue."""
    cluster, load = drill.cluster, drill.load
    verdict = Verdict("blue/green with a migration, and back", "no failed request; blue runs on the newer tables")
    blue = cluster.gateways
    green = [Service(cluster, f"green-{number}", "serve", "green") for number, _ in enumerate(blue, 1)]
    watch = Watch(load)
    # By the owner of the tables, as `coach migrate` does.
    begun = time.monotonic()
    cluster.database.sql(EXPAND, user="coach")
    verdict.see(f"migrated under load in {time.monotonic() - begun:.1f} s")
    said = cluster.command("migrate")
    verdict.see(f"coach migrate: {said or 'nothing to do'}")
    time.sleep(2)
    for gateway in green:
        gateway.begin()
    try:
        for gateway in green:
            gateway.wait_until_ready()
        cluster.proxy.lead_to(green)
        switched = time.monotonic()
        stopped = [gateway.retire() for gateway in blue]
        time.sleep(3)
        ports = {str(gateway.port) for gateway in blue}
        late = [it for it in load.between(switched) if it.begun > switched and any(port in it.upstream for port in ports)]
        verdict.check(not late, f"{len(late)} requests went to blue after the reload")
        # Back: blue is what runs the older version, on the newer tables.
        for gateway in blue:
            gateway.begin()
        for gateway in blue:
            gateway.wait_until_ready()
        cluster.proxy.lead_to(blue)
        stopped += [gateway.retire() for gateway in green]
        time.sleep(2)
        verdict.see(f"{len(stopped)} stops took at most {max(stopped):.1f} s")
        newer = sum("the database is newer than this version" in gateway.process.log.read_text() for gateway in blue)
        verdict.check(newer == len(blue), f"{newer} of {len(blue)} blue gateways have noticed that the database is newer")
        watch.check_none_failed(verdict)
    finally:
        for gateway in green:
            gateway.retire()
        cluster.database.sql(
            f"ALTER TABLE member DROP COLUMN cluster_drill; ALTER TABLE workout_completion DROP COLUMN cluster_drill;"
            f"DROP TABLE cluster_drill; DELETE FROM seaql_migrations WHERE version = '{MIGRATION}'"
        )
    return verdict
