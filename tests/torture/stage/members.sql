-- Members without any activity, in three groups: members in TRAINING are on day 21 of their
-- first cycle, the cycle of those who are DUE has ended, and the IDLE ones have no plan.

CREATE TABLE torture.person AS
SELECT n, part, part || '-' || n || '@torture.example' AS address,
       md5('torture/member/' || n)::uuid AS id,
       md5('torture/plan/' || n)::uuid AS plan_id,
       md5('torture/cycle/' || n)::uuid AS cycle_id,
       p.id AS programme_id, p.version AS programme_version, p.goal, p.level, p.diet, p.days_per_week,
       (now() AT TIME ZONE 'Europe/Berlin')::date - CASE part WHEN 'due' THEN 30 ELSE 20 END AS began
FROM (
    SELECT row_number() OVER () AS n, part
    FROM (VALUES ('training', :training), ('due', :due), ('idle', :idle)) AS wanted (part, number)
    CROSS JOIN LATERAL generate_series(1, number)
) AS numbered
CROSS JOIN (
    SELECT * FROM programme WHERE days_per_week = 6 ORDER BY id, version DESC LIMIT 1
) AS p;

INSERT INTO member (id, issuer, subject, display_name, email, email_confirmed_at, locale, time_zone, units, purchase_token,
                    created_at)
SELECT id, 'coach-local', address, 'Member ' || n, address, began, 'de-DE', 'Europe/Berlin', 'METRIC',
       md5('torture/purchase/' || n)::uuid, began
FROM torture.person;

INSERT INTO member_preferences (member_id, effective_from, goal, level, diet, allergens, days_per_week)
SELECT id, began, goal, level, diet, '{}', days_per_week FROM torture.person;

INSERT INTO plan (member_id, id, goal, status, started_on)
SELECT id, plan_id, goal, 'ACTIVE', began FROM torture.person WHERE part <> 'idle';

INSERT INTO cycle (member_id, id, plan_id, number, starts_on, programme_id, programme_version, seed)
SELECT id, cycle_id, plan_id, 1, began, programme_id, programme_version, n FROM torture.person WHERE part <> 'idle';

-- Paid subscriptions that do not end.
INSERT INTO subscription (member_id, id, provider, external_id, will_renew, updated_at)
SELECT id, md5('torture/subscription/' || n)::uuid, 'STRIPE', 'torture-' || n, true, began FROM torture.person;

-- Workouts that can be completed. Today's are left out, since today may become yesterday during a run.
CREATE VIEW torture.workout AS
SELECT person.id AS member_id, person.address, person.cycle_id, day.number::smallint AS day,
       workout.position::smallint AS position
FROM torture.person
JOIN programme ON programme.id = programme_id AND programme.version = programme_version
CROSS JOIN LATERAL jsonb_array_elements(content -> 'days') WITH ORDINALITY AS day (content, number)
CROSS JOIN LATERAL jsonb_array_elements(day.content -> 'workouts') WITH ORDINALITY AS workout (content, position)
WHERE part = 'training' AND day.number <= 20;

-- The enqueued messages, with the subject of the member that they are about, as in the marks of mutations.
CREATE VIEW torture.owed_to AS
SELECT owed.*, subject
FROM torture.owed
LEFT JOIN member ON member.id = member_id;
