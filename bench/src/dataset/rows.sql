-- Everything that the people in `person` own, in the order of what refers to
-- what, because constraints and triggers are on for most data sets.

ANALYZE person;

INSERT INTO member (id, issuer, subject, display_name, email, email_confirmed_at, locale, time_zone, units, purchase_token,
                    created_at)
SELECT id, 'coach-local', 'member-' || n || '@bench.coach.example',
       (ARRAY['Ada', 'Bo', 'Cleo', 'Dev', 'Eva', 'Finn', 'Gita', 'Hugo'])[1 + pg_temp.roll(n, 'first', 8)] || ' '
           || (ARRAY['Moreau', 'Okafor', 'Lindqvist', 'Rossi', 'Tanaka', 'Silva'])[1 + pg_temp.roll(n, 'last', 6)],
       'member-' || n || '@bench.coach.example', began AT TIME ZONE time_zone,
       (ARRAY['de-DE', 'en-GB', 'en-US', 'it-IT', 'sv-SE', 'pt-BR'])[1 + pg_temp.roll(n, 'locale', 6)],
       time_zone, CASE pg_temp.roll(n, 'units', 4) WHEN 0 THEN 'IMPERIAL' ELSE 'METRIC' END,
       pg_temp.row_id('purchase_token', n, 0), began AT TIME ZONE time_zone
FROM person;

-- Who excludes something found out with the last cycle, if there was an earlier one.
INSERT INTO member_preferences (member_id, effective_from, goal, level, diet, allergens, days_per_week)
SELECT id, began, goal, level, diet, CASE cycles WHEN 1 THEN allergens ELSE '{}' END, days_per_week
FROM person
UNION ALL
SELECT id, began + (cycles - 1) * 28, goal, level, diet, allergens, days_per_week
FROM person
WHERE cycles > 1 AND allergens <> '{}';

INSERT INTO plan (member_id, id, goal, status, started_on)
SELECT id, pg_temp.row_id('plan', n, 0), goal, 'ACTIVE', began
FROM person;

-- Each check-in comes on the day on which it opens.
INSERT INTO cycle (member_id, id, plan_id, number, starts_on, closed_on, programme_id, programme_version, seed)
SELECT id, pg_temp.row_id('cycle', n, number), pg_temp.row_id('plan', n, 0), number, began + (number - 1) * 28,
       CASE WHEN number < cycles THEN began + number * 28 END, programme_id, programme_version,
       ('x' || substr(md5('seed/' || n || '/' || number), 1, 16))::bit(64)::bigint
FROM person CROSS JOIN LATERAL generate_series(1, cycles) AS number;

-- Four of five workouts, up to yesterday, of the cycles whose history is kept. These and the meals are written in
-- the order of their times, so that what belongs to a member is as scattered as
-- it would be.
INSERT INTO workout_completion (member_id, cycle_id, day, position, workout_id, completed_at, effort)
SELECT p.id, pg_temp.row_id('cycle', p.n, number), w.day, w.position, w.workout_id,
       (p.began + (number - 1) * 28 + w.day - 1 + TIME '18:30') AT TIME ZONE p.time_zone AS completed_at,
       (ARRAY['EASY', 'MODERATE', 'HARD', NULL])[1 + (p.n + w.day) % 4]
FROM person p
CROSS JOIN LATERAL generate_series(1, p.cycles) AS number
JOIN programme_workout w ON w.programme_id = p.programme_id AND (number < p.cycles OR w.day < p.day)
WHERE number > p.cycles - (SELECT history_cycles FROM thinning)
  AND pg_temp.roll(p.n, 'workout/' || number || '/' || w.day || '/' || w.position, 5) > 0
ORDER BY completed_at;

-- Six of seven meals, up to yesterday, of the same cycles; nothing that the member excludes.
INSERT INTO meal_choice (member_id, cycle_id, day, slot, position, recipe_id, servings, eaten_at)
SELECT p.id, pg_temp.row_id('cycle', p.n, number), m.day, m.slot, m.position, m.recipe_id,
       CASE WHEN (p.n + m.day) % 11 = 0 THEN 2 ELSE 1 END,
       (p.began + (number - 1) * 28 + m.day - 1
           + CASE m.slot WHEN 'BREAKFAST' THEN TIME '07:30' WHEN 'LUNCH' THEN TIME '12:30'
                         WHEN 'DINNER' THEN TIME '19:15' ELSE TIME '15:30' END) AT TIME ZONE p.time_zone AS eaten_at
FROM person p
CROSS JOIN LATERAL generate_series(1, p.cycles) AS number
JOIN programme_meal m ON m.programme_id = p.programme_id AND (number < p.cycles OR m.day < p.day)
WHERE number > p.cycles - (SELECT history_cycles FROM thinning)
  AND NOT m.allergens && p.allergens
  AND pg_temp.roll(p.n, 'meal/' || number || '/' || m.day || '/' || m.slot || '/' || m.position, 7) > 0
ORDER BY eaten_at;

-- One in four has today's dinner swapped for the next day's.
INSERT INTO meal_choice (member_id, cycle_id, day, slot, position, recipe_id, servings)
SELECT p.id, pg_temp.row_id('cycle', p.n, p.cycles), p.day, m.slot, m.position, m.recipe_id, 1
FROM person p
JOIN programme_meal m ON m.programme_id = p.programme_id AND m.day = p.day + 1
WHERE m.slot = 'DINNER' AND NOT m.allergens && p.allergens AND pg_temp.roll(p.n, 'swap', 4) = 0;

INSERT INTO check_in (member_id, id, cycle_id, submitted_at, weight_grams, waist_millimetres, hips_millimetres,
                      energy, sleep, notes)
SELECT id, pg_temp.row_id('check_in', n, number), pg_temp.row_id('cycle', n, number),
       (began + number * 28 + TIME '07:15') AT TIME ZONE time_zone,
       60000 + 1000 * pg_temp.roll(n, 'weight', 40) - 600 * number,
       750 + 10 * pg_temp.roll(n, 'waist', 40) - 8 * number,
       CASE pg_temp.roll(n, 'hips', 2) WHEN 0 THEN 980 - 5 * number END,
       1 + pg_temp.roll(n, 'energy/' || number, 5), 1 + pg_temp.roll(n, 'sleep/' || number, 5),
       CASE pg_temp.roll(n, 'notes/' || number, 3) WHEN 0 THEN 'Evenings are hard to keep free.' END
FROM person CROSS JOIN LATERAL generate_series(1, cycles - 1) AS number;

-- Up to eight, fewer where the same comes twice.
INSERT INTO favourite_recipe (member_id, recipe_id, created_at)
SELECT DISTINCT ON (p.id, r.id)
       p.id, r.id, (p.began + TIME '20:00') AT TIME ZONE p.time_zone + place * INTERVAL '1 hour'
FROM person p
CROSS JOIN LATERAL generate_series(1, pg_temp.roll(p.n, 'favourites', 9)) AS place
JOIN numbered_recipe r
  ON r.number = pg_temp.roll(p.n, 'favourite/' || place, (SELECT count(*)::integer FROM numbered_recipe))
ORDER BY p.id, r.id, place;

-- Of twenty one has lapsed, one tries it out, one is in the days of grace, and the others have paid.
INSERT INTO subscription (member_id, id, provider, external_id, trial_ends_at, expires_at, grace_ends_at, will_renew,
                          updated_at)
SELECT id, pg_temp.row_id('subscription', n, 0),
       CASE WHEN kind <> 1 THEN (ARRAY['APPLE', 'GOOGLE', 'STRIPE'])[1 + pg_temp.roll(n, 'shop', 3)] END,
       CASE WHEN kind <> 1 THEN 'bench-' || n END,
       CASE WHEN kind = 1 THEN now() + INTERVAL '14 days' END,
       CASE kind WHEN 0 THEN now() - INTERVAL '3 days' WHEN 1 THEN NULL WHEN 2 THEN now() - INTERVAL '1 day'
                 ELSE now() + (20 + pg_temp.roll(n, 'paid', 340)) * INTERVAL '1 day' END,
       CASE WHEN kind = 2 THEN now() + INTERVAL '15 days' END,
       kind > 1, began AT TIME ZONE time_zone
FROM person CROSS JOIN LATERAL (SELECT pg_temp.roll(n, 'subscription', 20) AS kind) AS rolled;

INSERT INTO consent (member_id, purpose, granted, changed_at)
SELECT id, purpose, purpose = 'HEALTH_DATA' OR pg_temp.roll(n, purpose, 2) = 0, began AT TIME ZONE time_zone
FROM person CROSS JOIN LATERAL unnest(ARRAY['MARKETING_EMAIL', 'PARTNER_SHARING', 'HEALTH_DATA']) AS purpose;

TRUNCATE person;
