-- Two thousand invented members over a year, in a database that `coach migrate` has made and nobody uses: something for the
-- business dashboard to show. Names and addresses are numbers.
BEGIN;
SELECT setseed(0.7);
INSERT INTO programme (id, version, goal, level, diet, days_per_week, content, published_at)
VALUES ('00000000-0000-4000-8000-000000000001', 1, 'BUILD_STRENGTH', 'BEGINNER', 'OMNIVORE', 3,
        jsonb_build_object('days', (SELECT jsonb_agg('{}'::jsonb) FROM generate_series(1, 28))), now());

CREATE TEMPORARY TABLE person ON COMMIT DROP AS
SELECT
    n,
    gen_random_uuid() AS id,
    gen_random_uuid() AS plan_id,
    -- More joined lately.
    current_date - (365 * (1 - sqrt(random())))::integer AS joined_on,
    -- Cycles until the member stops, and days by which a check-in is late.
    1 + floor(-ln(1 - random() * 0.98) * 4)::integer AS cycles,
    floor(-ln(1 - random() * 0.98) * 1.5)::integer AS late,
    random() AS luck,
    (ARRAY['LOSE_WEIGHT', 'BUILD_STRENGTH', 'IMPROVE_ENDURANCE'])[1 + floor(random() * 2.2)::integer] AS goal,
    (ARRAY['APPLE', 'GOOGLE', 'STRIPE'])[1 + floor(random() * 2.6)::integer] AS provider
FROM generate_series(1, 2000) AS n;

INSERT INTO member (id, issuer, subject, display_name, locale, time_zone, units, purchase_token, created_at)
SELECT id, 'example', n::text, n::text, 'en', 'UTC', 'METRIC', gen_random_uuid(), joined_on FROM person;

CREATE TEMPORARY TABLE begun ON COMMIT DROP AS
SELECT p.*, number, joined_on + (number - 1) * (28 + late) AS starts_on
FROM person p
CROSS JOIN generate_series(1, 13) AS number
WHERE number <= cycles AND luck > 0.05 AND joined_on + (number - 1) * (28 + late) <= current_date;

-- Who has stopped either ended the plan or just stays away.
INSERT INTO plan (member_id, id, goal, status, started_on, ended_on)
SELECT id, plan_id, goal,
       CASE WHEN stopped_on <= current_date AND luck < 0.6 THEN 'ENDED' ELSE 'ACTIVE' END, joined_on,
       CASE WHEN stopped_on <= current_date AND luck < 0.6 THEN stopped_on END
FROM (SELECT DISTINCT ON (id) *, starts_on + 28 + late AS stopped_on FROM begun ORDER BY id, number DESC) AS last;

INSERT INTO cycle (member_id, id, plan_id, number, starts_on, closed_on, programme_id, programme_version, seed)
SELECT id, gen_random_uuid(), plan_id, number, starts_on, lead(starts_on) OVER (PARTITION BY id ORDER BY number),
       '00000000-0000-4000-8000-000000000001', 1, 0
FROM begun;

INSERT INTO subscription (member_id, id, provider, external_id, trial_ends_at, expires_at, grace_ends_at, will_renew, updated_at)
SELECT id, gen_random_uuid(), provider, 'example ' || n, joined_on + 14,
       CASE WHEN luck < 0.12 OR joined_on + 14 > current_date THEN joined_on + 14
            WHEN joined_on + 28 * (cycles + 1) < current_date THEN joined_on + 28 * (cycles + 1)
            ELSE GREATEST(joined_on + 28, current_date + 1 + n % 28) END,
       CASE WHEN n % 90 = 0 THEN current_date + 10 END, TRUE, now()
FROM person
WHERE luck > 0.05;
INSERT INTO subscription_link (member_id, provider, external_id, linked_at)
SELECT s.member_id, s.provider, s.external_id, p.joined_on FROM subscription s JOIN person p ON p.id = s.member_id;
COMMIT;
