-- The queues on Postgres, and what is said about queues wherever they are.

-- A message is one row, in one of four states that nobody has to keep up to date:
--
--   waiting      receives < 5, and visible_at has come, or it was never received
--   in flight    received, and visible_at is still to come
--   dead         receives = 5, and visible_at has come: that is when it died
--   done         there is no row
--
-- So the fifth receive is the last by the index alone, and nothing moves dead
-- letters about. 5 is `MAX_RECEIVES` of the domain.
CREATE TABLE queue_message (
    -- In the order of sending.
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    queue TEXT COLLATE "C" NOT NULL,
    body TEXT NOT NULL,
    -- Only where the queue is first in, first out.
    sequence_group TEXT COLLATE "C",
    sent_at TIMESTAMPTZ NOT NULL,
    visible_at TIMESTAMPTZ NOT NULL,
    -- With the id it is the receipt: only that of the latest receive counts.
    receives SMALLINT NOT NULL DEFAULT 0 CHECK (receives BETWEEN 0 AND 5)
) WITH (
    -- Each row lives for two changes. A share of the rows says nothing where they
    -- are 360,000 now and none in a minute, so vacuum comes by a number of them, and
    -- does not pause.
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000,
    autovacuum_vacuum_insert_threshold = -1, autovacuum_vacuum_cost_delay = 0,
    autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 50000,
    -- Giving back the end of the file takes a lock that stops all receives, and the
    -- next backlog wants it again.
    vacuum_truncate = off,
    -- Long bodies.
    toast.autovacuum_vacuum_scale_factor = 0, toast.autovacuum_vacuum_threshold = 10000,
    toast.autovacuum_vacuum_cost_delay = 0, toast.vacuum_truncate = off
);

-- What a receive reads. In flight is later than now, so its range ends before that.
CREATE INDEX queue_message_waiting ON queue_message (queue, visible_at, id) WHERE receives < 5;
-- Dead letters, and those that are being received for the last time.
CREATE INDEX queue_message_last ON queue_message (queue, visible_at, id) WHERE receives >= 5;
-- Whether something of the group comes before. `id + 0`, for of `id` alone the
-- planner would at times rather ask the primary key for all that is smaller.
CREATE INDEX queue_message_group ON queue_message (queue, sequence_group, (id + 0))
    WHERE sequence_group IS NOT NULL;

-- What was sent to queues that are first in, first out, in the last five minutes:
-- sent again, it is the same message.
CREATE TABLE queue_sent (
    queue TEXT COLLATE "C" NOT NULL,
    deduplication TEXT COLLATE "C" NOT NULL,
    sent_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (queue, deduplication)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000, autovacuum_vacuum_cost_delay = 0);

CREATE INDEX queue_sent_oldest ON queue_sent (sent_at);

-- Queues that give out nothing for now; SQS has no such thing of its own.
CREATE TABLE queue_state (
    queue TEXT COLLATE "C" PRIMARY KEY,
    paused BOOLEAN NOT NULL,
    changed_at TIMESTAMPTZ NOT NULL
);
