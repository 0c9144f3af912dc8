-- Exactly $2 favourites for each of the members with the subjects $1.
DELETE FROM favourite_recipe f
USING member m
WHERE f.member_id = m.id AND m.subject = ANY($1) AND $2 > 0

INSERT INTO favourite_recipe (member_id, recipe_id, created_at)
SELECT m.id, r.id, now() - r.place * INTERVAL '1 hour'
FROM member m
CROSS JOIN (SELECT id, row_number() OVER (ORDER BY md5(slug)) AS place FROM recipe WHERE archived_at IS NULL) AS r
WHERE m.subject = ANY($1) AND r.place <= $2

-- A plan that has ended, with a cycle for each check-in. Check-ins of the plan that is followed come in addition.
INSERT INTO plan (member_id, id, goal, status, started_on, ended_on)
SELECT m.id, md5('bench/long/' || m.id)::uuid, 'LOSE_WEIGHT', 'ENDED', DATE '1940-01-01', DATE '2020-01-01'
FROM member m
WHERE m.subject = ANY($1) AND $2 > 0

INSERT INTO cycle (member_id, id, plan_id, number, starts_on, closed_on, programme_id, programme_version, seed)
SELECT m.id, md5('bench/long/' || m.id || '/' || number)::uuid, md5('bench/long/' || m.id)::uuid, number,
       DATE '1940-01-01' + (28 * number)::integer, DATE '1940-01-01' + (28 * number + 28)::integer, p.id, p.version, number
FROM member m
CROSS JOIN generate_series(1, $2) AS number
CROSS JOIN (SELECT id, version FROM programme ORDER BY id, version LIMIT 1) AS p
WHERE m.subject = ANY($1)

INSERT INTO check_in (member_id, id, cycle_id, submitted_at, weight_grams, waist_millimetres, energy, sleep)
SELECT m.id, md5('bench/long/check-in/' || m.id || '/' || number)::uuid,
       md5('bench/long/' || m.id || '/' || number)::uuid,
       TIMESTAMPTZ '1940-01-01 07:15:00Z' + (28 * number + 28) * INTERVAL '1 day',
       70000 - number * 10, 800 - number / 10, 1 + number % 5, 1 + number % 4
FROM member m CROSS JOIN generate_series(1, $2) AS number
WHERE m.subject = ANY($1)
