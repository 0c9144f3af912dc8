-- Notifications that others sent and that are genuine, as they came.
CREATE TABLE webhook_event (
    id UUID PRIMARY KEY,
    source TEXT NOT NULL CHECK (source IN ('brightcove', 'standard', 'stripe', 'app-store', 'google-play')),
    -- By what the source knows a repeated one.
    event_id TEXT NOT NULL CHECK (event_id <> ''),
    -- What the source calls such events.
    kind TEXT NOT NULL,
    received_at TIMESTAMPTZ NOT NULL,
    -- Those that hold no secrets.
    headers JSONB NOT NULL,
    body BYTEA NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('RECEIVED', 'DONE', 'IGNORED', 'FAILED')),
    -- Why it was ignored, or has failed.
    detail TEXT,
    settled_at TIMESTAMPTZ,
    UNIQUE (source, event_id)
);

CREATE INDEX webhook_event_latest ON webhook_event (received_at);

-- The order of what a shop says of one subscription: its time, then what tells two of one time apart. What is said with
-- a lower one changes nothing, so any order ends in the same row.
ALTER TABLE subscription ADD COLUMN said TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE subscription_waiting ADD COLUMN said TEXT COLLATE "C" NOT NULL DEFAULT '';
UPDATE subscription
SET said = lpad((extract(epoch FROM updated_at) * 1000000)::bigint::text, 20, '0')
WHERE provider IS NOT NULL;
UPDATE subscription_waiting
SET said = lpad((extract(epoch FROM updated_at) * 1000000)::bigint::text, 20, '0');
