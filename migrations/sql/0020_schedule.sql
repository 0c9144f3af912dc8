-- What the scheduler looks for, each by an index.

CREATE INDEX cycle_open ON cycle (starts_on) WHERE closed_on IS NULL;

-- The end of what a subscription gives.
CREATE INDEX subscription_end ON subscription ((GREATEST(trial_ends_at, expires_at, grace_ends_at)));
