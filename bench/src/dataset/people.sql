-- Who the members from $1 to $2 are. Nobody is beyond day 20, so that everybody
-- is still in mid-cycle when the data set is a week old.
WITH wish AS (
    SELECT n,
           (ARRAY['LOSE_WEIGHT', 'BUILD_STRENGTH', 'IMPROVE_ENDURANCE'])[1 + pg_temp.roll(n, 'goal', 3)] AS goal,
           (ARRAY['BEGINNER', 'INTERMEDIATE', 'ADVANCED'])[1 + pg_temp.roll(n, 'level', 3)] AS level,
           (ARRAY['OMNIVORE', 'OMNIVORE', 'OMNIVORE', 'PESCATARIAN', 'VEGETARIAN', 'VEGAN'])
               [1 + pg_temp.roll(n, 'diet', 6)] AS diet,
           CASE pg_temp.roll(n, 'allergens', 10)
               WHEN 0 THEN ARRAY['NUTS']
               WHEN 1 THEN ARRAY['MILK']
               WHEN 2 THEN ARRAY['PEANUTS', 'SOY']
               ELSE ARRAY[]::text[]
           END AS allergens,
           2 + pg_temp.roll(n, 'days', 5) AS days_per_week,
           (ARRAY['Europe/Berlin', 'Europe/London', 'Europe/Rome', 'Europe/Stockholm', 'America/New_York',
                  'America/Los_Angeles', 'America/Sao_Paulo', 'Asia/Kolkata', 'Asia/Singapore', 'Pacific/Auckland'])
               [1 + pg_temp.roll(n, 'zone', 10)] AS time_zone,
           1 + pg_temp.roll(n, 'cycles', 4) AS cycles,
           4 + pg_temp.roll(n, 'day', 17) AS day
    FROM generate_series($1::integer, $2::integer) AS n
)
INSERT INTO person
SELECT w.n, pg_temp.row_id('member', w.n, 0), w.goal, w.level, w.diet, w.allergens, w.days_per_week, w.time_zone,
       p.id, p.version, w.cycles, w.day,
       (now() AT TIME ZONE w.time_zone)::date - (w.cycles - 1) * 28 - (w.day - 1)
FROM wish w
JOIN newest_programme p USING (goal, level, diet, days_per_week)
