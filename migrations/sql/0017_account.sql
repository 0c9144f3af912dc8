-- Whose purchases are whose, and what becomes of members' data when they ask for it or leave.

CREATE TABLE subscription_link (
    member_id UUID NOT NULL REFERENCES member (id),
    provider TEXT NOT NULL CHECK (provider IN ('APPLE', 'GOOGLE', 'STRIPE')),
    external_id TEXT NOT NULL CHECK (external_id <> ''),
    linked_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (member_id, provider, external_id),
    UNIQUE (provider, external_id)
);

INSERT INTO subscription_link (member_id, provider, external_id, linked_at)
SELECT member_id, provider, external_id, updated_at FROM subscription WHERE provider IS NOT NULL;

-- What a shop reported last of a purchase that nobody has linked yet. The columns mean what they mean in
-- `subscription`.
CREATE TABLE subscription_waiting (
    provider TEXT NOT NULL CHECK (provider IN ('APPLE', 'GOOGLE', 'STRIPE')),
    external_id TEXT NOT NULL CHECK (external_id <> ''),
    trial_ends_at TIMESTAMPTZ,
    expires_at TIMESTAMPTZ,
    grace_ends_at TIMESTAMPTZ,
    will_renew BOOLEAN NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (provider, external_id)
);

-- What accounting needs of the purchases of members who are gone. Who they were, the shop alone can tell.
CREATE TABLE subscription_archive (
    id UUID PRIMARY KEY,
    provider TEXT NOT NULL CHECK (provider IN ('APPLE', 'GOOGLE', 'STRIPE')),
    external_id TEXT NOT NULL CHECK (external_id <> ''),
    trial_ends_at TIMESTAMPTZ,
    expires_at TIMESTAMPTZ,
    grace_ends_at TIMESTAMPTZ,
    will_renew BOOLEAN NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    archived_at TIMESTAMPTZ NOT NULL
);

CREATE INDEX subscription_archive_oldest ON subscription_archive (archived_at);

-- Archives of all data of a member, which they asked for.
CREATE TABLE data_export (
    id UUID PRIMARY KEY,
    -- NULL once the member is gone; then the object goes at once.
    member_id UUID REFERENCES member (id) ON DELETE SET NULL,
    -- In the object store. Nobody can guess it.
    object_key TEXT NOT NULL UNIQUE DEFAULT 'exports/' || gen_random_uuid() || '.json',
    requested_at TIMESTAMPTZ NOT NULL,
    -- When it was put there; NULL until then.
    built_at TIMESTAMPTZ,
    -- When it is to be gone again.
    expires_at TIMESTAMPTZ NOT NULL
);

CREATE INDEX data_export_member ON data_export (member_id, requested_at) WHERE member_id IS NOT NULL;
CREATE INDEX data_export_expiring ON data_export (expires_at);
