-- What commands leave behind besides what they change: the keys they were asked
-- with, and the side effects that they owe.

CREATE TABLE idempotency_key (
    issuer TEXT NOT NULL CHECK (issuer <> ''),
    subject TEXT NOT NULL CHECK (subject <> ''),
    key TEXT NOT NULL CHECK (char_length(key) BETWEEN 1 AND 64),
    command TEXT NOT NULL,
    -- SHA-256 of the arguments.
    arguments BYTEA NOT NULL CHECK (octet_length(arguments) = 32),
    -- Ids of what came of it; successes only.
    outcome JSONB NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (issuer, subject, key)
);

CREATE INDEX idempotency_key_oldest ON idempotency_key (created_at);

CREATE TABLE outbox (
    -- The order of one member's rows is that of their commits: commands hold the
    -- member's row while they take numbers.
    sequence BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id UUID NOT NULL UNIQUE,
    queue TEXT NOT NULL CHECK (queue IN (
        'email-urgent', 'email', 'email-attachments', 'partner-sync', 'webhooks', 'events'
    )),
    -- The member's hash: rows of one partition are sent in order where the queue
    -- keeps it.
    partition SMALLINT NOT NULL CHECK (partition BETWEEN 0 AND 63),
    envelope TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    -- Until then another relay leaves it alone.
    leased_until TIMESTAMPTZ,
    attempts INTEGER NOT NULL DEFAULT 0,
    sent_at TIMESTAMPTZ
) WITH (
    -- Rows are changed twice and deleted soon after.
    fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_insert_scale_factor = 0.01,
    autovacuum_vacuum_cost_delay = 0
);

CREATE INDEX outbox_unsent ON outbox (queue, sequence) WHERE sent_at IS NULL;
CREATE INDEX outbox_sent ON outbox (sent_at) WHERE sent_at IS NOT NULL;

-- Who sends a partition of a queue that keeps order.
CREATE TABLE outbox_partition (
    queue TEXT NOT NULL,
    partition SMALLINT NOT NULL CHECK (partition BETWEEN 0 AND 63),
    relay UUID NOT NULL,
    leased_until TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (queue, partition)
);

-- What consumers have done. Ids are UUIDv7, which begin with their time, so a day
-- is a range of them and is dropped whole after 30 days.
CREATE TABLE inbox (
    envelope_id UUID NOT NULL,
    consumer TEXT NOT NULL,
    PRIMARY KEY (envelope_id, consumer)
) PARTITION BY RANGE (envelope_id);

-- For days that nobody has made a partition of.
CREATE TABLE inbox_other PARTITION OF inbox DEFAULT;

-- When the account was to be deleted, and when that is final.
ALTER TABLE member
    ADD COLUMN deletion_requested_at TIMESTAMPTZ,
    ADD COLUMN deletion_final_at TIMESTAMPTZ,
    ADD CHECK ((deletion_requested_at IS NULL) = (deletion_final_at IS NULL));

CREATE INDEX member_deletion_due ON member (deletion_final_at) WHERE deletion_final_at IS NOT NULL;

-- Who of the staff did what.
CREATE TABLE audit (
    id UUID PRIMARY KEY,
    occurred_at TIMESTAMPTZ NOT NULL,
    actor TEXT NOT NULL CHECK (actor <> ''),
    action TEXT NOT NULL CHECK (action <> ''),
    detail JSONB NOT NULL
);

CREATE INDEX audit_newest ON audit (occurred_at);

-- Reminders that were given, once for each occasion.
CREATE TABLE reminder (
    member_id UUID NOT NULL REFERENCES member (id),
    kind TEXT NOT NULL CHECK (kind IN ('CHECK_IN_DUE', 'SUBSCRIPTION_EXPIRING', 'SUBSCRIPTION_LAPSED')),
    -- What it is about: the cycle, or the subscription with the end that it had.
    occasion TEXT NOT NULL CHECK (occasion <> ''),
    given_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (member_id, kind, occasion)
);
