-- What dashboards show of the business: numbers by week or by state, and nothing about a single member. Views run with the
-- rights of their owner, so whoever reads them needs none on the tables. deploy/monitoring/grafana/README.md describes them.
--
-- A migration that changes a column which a view reads drops the view first and creates it again.
CREATE SCHEMA reporting;

-- Weeks begin on Monday: the current one by UTC, and half a year of them before and after it.
CREATE VIEW reporting.week WITH (security_barrier) AS
SELECT this.week + 7 * distance AS week, distance
FROM (SELECT date_trunc('week', now() AT TIME ZONE 'UTC')::date) AS this (week)
CROSS JOIN generate_series(-26, 26) AS distance;

-- Check-ins by the week of day 29 of their cycle, on which they open, in the member's own time zone. What has opened is told
-- by UTC, for no statement resolves stored time zones: a few hours early or late.
--
--   SUBMITTED       submitted
--   PLAN_ENDED      opened, but the member ended the plan without it
--   DUE             opened and not submitted
--   UPCOMING        opens when the days of a cycle that has begun are over
--   PROJECTED       of cycles that have not begun: opens then if each check-in before it is submitted on the day it opens, or
--                   today if it is late
--   NOT_EXPECTED    opened or opens, but the member has no access, or has asked to be deleted
CREATE VIEW reporting.check_in_week WITH (security_barrier) AS
WITH today (date) AS (
    SELECT (now() AT TIME ZONE 'UTC')::date
), opening (number, opens_on, state) AS (
    SELECT c.number, c.starts_on + 28,
        CASE
            WHEN c.closed_on IS NOT NULL THEN 'SUBMITTED'
            WHEN p.status = 'ENDED' THEN 'PLAN_ENDED'
            WHEN m.deletion_requested_at IS NOT NULL OR NOT EXISTS (
                SELECT
                FROM subscription s
                WHERE s.member_id = c.member_id
                    AND (s.trial_ends_at IS NULL AND s.expires_at IS NULL
                         OR GREATEST(s.trial_ends_at, s.expires_at, s.grace_ends_at) > now())
            ) THEN 'NOT_EXPECTED'
            WHEN c.starts_on + 28 <= today.date THEN 'DUE'
            ELSE 'UPCOMING'
        END
    FROM cycle c
    JOIN plan p ON p.member_id = c.member_id AND p.id = c.plan_id
    JOIN member m ON m.id = c.member_id
    CROSS JOIN today
    -- A plan that ended before had no check-in to submit.
    WHERE c.closed_on IS NOT NULL OR p.ended_on IS NULL OR p.ended_on >= c.starts_on + 28
), known AS (
    SELECT number, opens_on, state
    FROM opening
    UNION ALL
    SELECT number + cycles, GREATEST(opens_on, today.date) + 28 * cycles, 'PROJECTED'
    FROM opening
    CROSS JOIN today
    CROSS JOIN generate_series(1, 6) AS cycles
    WHERE state IN ('DUE', 'UPCOMING')
)
SELECT date_trunc('week', opens_on::timestamp)::date AS week, number, state, count(*) AS members
FROM known
GROUP BY 1, 2, 3;

-- Plans that are followed now, by goal and by the number of the cycle that they are in.
CREATE VIEW reporting.active_plan WITH (security_barrier) AS
SELECT p.goal, c.number AS cycle, count(*) AS plans
FROM plan p
LEFT JOIN cycle c ON c.member_id = p.member_id AND c.plan_id = p.id AND c.closed_on IS NULL
WHERE p.status = 'ACTIVE'
GROUP BY 1, 2;

-- For each week of the last half a year and the current one: plans that began and that ended in it, and those that were
-- followed when it was over, or are now. Plans of members who were deleted are not counted, in weeks that are over either.
CREATE VIEW reporting.plan_week WITH (security_barrier) AS
WITH change (week, begun, ended) AS (
    SELECT date_trunc('week', started_on::timestamp)::date, 1, 0
    FROM plan
    UNION ALL
    SELECT date_trunc('week', ended_on::timestamp)::date, 0, 1
    FROM plan
    WHERE ended_on IS NOT NULL
    UNION ALL
    SELECT week, 0, 0
    FROM reporting.week
), total AS (
    SELECT week, sum(begun) AS begun, sum(ended) AS ended, sum(sum(begun - ended)) OVER (ORDER BY week)::bigint AS active
    FROM change
    GROUP BY week
)
SELECT week, begun, ended, active
FROM total
JOIN reporting.week USING (week)
WHERE distance <= 0;

-- Members by what their subscription grants them now, and by the shop that sold it. As in the API, the subscription that
-- ends last counts.
CREATE VIEW reporting.subscription_state WITH (security_barrier) AS
SELECT
    CASE
        WHEN s.will_renew IS NULL THEN 'NONE'
        WHEN (s.trial_ends_at IS NULL OR s.expires_at > s.trial_ends_at)
            AND (s.expires_at IS NULL OR s.expires_at > now()) THEN 'ACTIVE'
        WHEN s.trial_ends_at > now() THEN 'TRIAL'
        WHEN s.grace_ends_at > now() THEN 'GRACE'
        ELSE 'LAPSED'
    END AS access,
    s.provider,
    count(*) AS members
FROM member m
LEFT JOIN LATERAL (
    SELECT provider, trial_ends_at, expires_at, grace_ends_at, will_renew
    FROM subscription
    WHERE member_id = m.id
    ORDER BY CASE WHEN trial_ends_at IS NULL AND expires_at IS NULL THEN 'infinity'
                  ELSE GREATEST(trial_ends_at, expires_at, grace_ends_at) END DESC,
             updated_at DESC, id
    LIMIT 1
) s ON TRUE
GROUP BY 1, 2;

-- For each week of the last half a year and the current one: the subscriptions that were paid for when it began, those that
-- were first paid for in it, and those that ended in it. Churn is `ended` by `held`. Trials are not counted until they are
-- paid for, nor are gifts, and a subscription that is renewed after it lapsed has not ended. Members who were deleted count:
-- their subscriptions ended then.
CREATE VIEW reporting.subscription_week WITH (security_barrier) AS
WITH purchase (provider, external_id, trial_ends_at, expires_at, grace_ends_at, deleted_at) AS (
    SELECT provider, external_id, trial_ends_at, expires_at, grace_ends_at, NULL
    FROM subscription
    WHERE provider IS NOT NULL
    UNION ALL
    (
        SELECT DISTINCT ON (provider, external_id)
            provider, external_id, trial_ends_at, expires_at, grace_ends_at, archived_at
        FROM subscription_archive a
        WHERE NOT EXISTS (
            SELECT
            FROM subscription s
            WHERE s.provider = a.provider AND s.external_id = a.external_id
        )
        ORDER BY provider, external_id, archived_at DESC
    )
), paid (since, until) AS (
    SELECT
        -- When it was bought is not known of all.
        COALESCE(
            p.trial_ends_at,
            (
                SELECT min(r.starts_at)
                FROM subscription_report r
                WHERE r.provider = p.provider AND r.external_id = p.external_id AND r.subject = 'TRANSACTION'
            ),
            (
                SELECT l.linked_at
                FROM subscription_link l
                WHERE l.provider = p.provider AND l.external_id = p.external_id
            ),
            '-infinity'
        ),
        LEAST(GREATEST(p.expires_at, p.grace_ends_at), p.deleted_at)
    FROM purchase p
    WHERE p.trial_ends_at IS NULL OR p.expires_at > p.trial_ends_at
), change (week, begun, ended) AS (
    SELECT date_trunc('week', since AT TIME ZONE 'UTC')::date, 1, 0
    FROM paid
    UNION ALL
    SELECT date_trunc('week', until AT TIME ZONE 'UTC')::date, 0, 1
    FROM paid
    WHERE until <= now()
    UNION ALL
    SELECT week, 0, 0
    FROM reporting.week
), total AS (
    SELECT week, sum(begun) AS begun, sum(ended) AS ended, sum(sum(begun - ended)) OVER (ORDER BY week)::bigint AS left_over
    FROM change
    GROUP BY week
)
SELECT week, left_over - begun + ended AS held, begun, ended
FROM total
JOIN reporting.week USING (week)
WHERE distance <= 0;

-- The role that may read the views and nothing else. It cannot sign in; whoever reads is granted it. Where this migration may
-- not create roles, an operator does, and grants the same.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'coach_reporting') THEN
        CREATE ROLE coach_reporting NOLOGIN;
    END IF;
EXCEPTION
    -- Roles belong to the server: another database of it was migrated at the same time.
    WHEN duplicate_object OR unique_violation THEN
        NULL;
    WHEN insufficient_privilege THEN
        RAISE WARNING 'the role coach_reporting may not be created by %: create it as deploy/monitoring/grafana/README.md says',
            current_user;
END
$$;

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'coach_reporting') THEN
        GRANT USAGE ON SCHEMA reporting TO coach_reporting;
        GRANT SELECT ON ALL TABLES IN SCHEMA reporting TO coach_reporting;
        -- Views of later migrations.
        ALTER DEFAULT PRIVILEGES IN SCHEMA reporting GRANT SELECT ON TABLES TO coach_reporting;
    END IF;
END
$$;
