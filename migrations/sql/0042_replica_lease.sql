-- Which processes may read from the replica, and until when. A change is answered when the replica shows it, or else when
-- these leases have expired. See docs/decisions/0009-read-replica.md.
CREATE TABLE replica_lease (
    process UUID PRIMARY KEY,
    -- Counts up, so that a process sees which of its renewals the replica shows.
    renewal BIGINT NOT NULL,
    -- By the clock of the primary.
    expires_at TIMESTAMPTZ NOT NULL
) WITH (
    -- Few rows, each updated several times a second.
    fillfactor = 50, autovacuum_vacuum_cost_delay = 0
);
