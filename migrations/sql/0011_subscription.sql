-- What the shops said last. Access is derived from the times at each read, so
-- nothing has to run for a subscription to lapse.
CREATE TABLE subscription (
    member_id UUID NOT NULL REFERENCES member (id),
    id UUID NOT NULL UNIQUE,
    -- Both NULL for a trial or a gift without a purchase.
    provider TEXT CHECK (provider IN ('APPLE', 'GOOGLE', 'STRIPE')),
    external_id TEXT CHECK (external_id <> ''),
    trial_ends_at TIMESTAMPTZ,
    -- End of what is paid for or given. NULL beside a trial: nothing but the trial;
    -- NULL alone: without end.
    expires_at TIMESTAMPTZ,
    grace_ends_at TIMESTAMPTZ,
    will_renew BOOLEAN NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (member_id, id),
    UNIQUE (provider, external_id),
    CHECK ((provider IS NULL) = (external_id IS NULL))
);
