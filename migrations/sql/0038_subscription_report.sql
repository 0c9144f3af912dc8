-- What shops said last, on each thing that they speak of: one transaction, the trial, how it renews, or the subscription
-- as a whole. What a member has follows from all rows of their purchases; `subscription` holds it. Whose a purchase is,
-- `subscription_link` says: these rows name nobody, and outlive who bought it.
CREATE TABLE subscription_report (
    provider TEXT NOT NULL CHECK (provider IN ('APPLE', 'GOOGLE', 'STRIPE')),
    external_id TEXT NOT NULL CHECK (external_id <> ''),
    subject TEXT NOT NULL CHECK (subject IN ('SUBSCRIPTION', 'TRIAL', 'RENEWAL', 'TRANSACTION')),
    -- What the shop calls the transaction; empty for all else.
    transaction_id TEXT NOT NULL,
    product_id TEXT,
    starts_at TIMESTAMPTZ,
    -- NULL beside SUBSCRIPTION: without end; beside RENEWAL: nothing is said of it.
    ends_at TIMESTAMPTZ,
    is_trial BOOLEAN NOT NULL,
    revoked_at TIMESTAMPTZ,
    grace_ends_at TIMESTAMPTZ,
    -- NULL where nothing is said of it.
    will_renew BOOLEAN,
    said_at TIMESTAMPTZ NOT NULL,
    -- Of two statements on the same thing the higher one counts, in whichever order they come.
    said TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (provider, external_id, subject, transaction_id),
    CHECK ((subject = 'TRANSACTION') = (transaction_id <> ''))
);

CREATE INDEX subscription_report_oldest ON subscription_report ((GREATEST(said_at, ends_at)));

-- Until now there was one row for each purchase, on the subscription as a whole. Purchases of those who have left count
-- when somebody links them.
WITH known AS (
    SELECT provider, external_id, trial_ends_at, expires_at, grace_ends_at, will_renew, updated_at, said
    FROM subscription
    WHERE provider IS NOT NULL
    UNION ALL
    SELECT provider, external_id, trial_ends_at, expires_at, grace_ends_at, will_renew, updated_at, said
    FROM subscription_waiting
    UNION ALL
    SELECT provider, external_id, trial_ends_at, expires_at, grace_ends_at, will_renew, updated_at, ''
    FROM subscription_archive
), latest AS (
    SELECT DISTINCT ON (provider, external_id)
        provider, external_id, trial_ends_at, expires_at, grace_ends_at, will_renew, updated_at,
        CASE said WHEN '' THEN lpad((extract(epoch FROM updated_at) * 1000000)::bigint::text, 20, '0') ELSE said END
            AS said
    FROM known
    ORDER BY provider, external_id, updated_at DESC, said DESC
)
INSERT INTO subscription_report (
    provider, external_id, subject, transaction_id, ends_at, is_trial, grace_ends_at, will_renew, said_at, said
)
SELECT provider, external_id, 'SUBSCRIPTION', '', COALESCE(expires_at, trial_ends_at), FALSE, grace_ends_at, will_renew,
       updated_at, said
FROM latest
UNION ALL
SELECT provider, external_id, 'TRIAL', '', trial_ends_at, FALSE, NULL, NULL, updated_at, said
FROM latest
WHERE trial_ends_at IS NOT NULL;
