-- What the statements of a load share; gone with the connection.

-- One of the numbers from 0 on, always the same for a member and a matter, so
-- that a data set can be made again.
CREATE OR REPLACE FUNCTION pg_temp.roll(n INTEGER, matter TEXT, sides INTEGER) RETURNS INTEGER
LANGUAGE SQL IMMUTABLE AS $$
    SELECT ('x' || substr(md5(matter || '/' || n::text), 1, 7))::bit(28)::integer % sides
$$;

CREATE OR REPLACE FUNCTION pg_temp.row_id(kind TEXT, n INTEGER, part INTEGER) RETURNS UUID
LANGUAGE SQL IMMUTABLE AS $$
    SELECT md5('bench/' || kind || '/' || n::text || '/' || part::text)::uuid
$$;

CREATE TEMP TABLE newest_programme AS
SELECT DISTINCT ON (id) id, version, goal, level, diet, days_per_week
FROM programme
ORDER BY id, version DESC;

CREATE TEMP TABLE programme_workout AS
SELECT p.id AS programme_id, d.day::integer, w.position::integer, w.id::uuid AS workout_id
FROM newest_programme JOIN programme p USING (id, version)
CROSS JOIN LATERAL jsonb_array_elements(p.content -> 'days') WITH ORDINALITY AS d (content, day)
CROSS JOIN LATERAL jsonb_array_elements_text(d.content -> 'workouts') WITH ORDINALITY AS w (id, position);

CREATE TEMP TABLE programme_meal AS
SELECT p.id AS programme_id, d.day::integer, m.content ->> 'slot' AS slot,
       (row_number() OVER (PARTITION BY p.id, d.day, m.content ->> 'slot' ORDER BY m.place))::integer AS position,
       r.id AS recipe_id, r.allergens
FROM newest_programme JOIN programme p USING (id, version)
CROSS JOIN LATERAL jsonb_array_elements(p.content -> 'days') WITH ORDINALITY AS d (content, day)
CROSS JOIN LATERAL jsonb_array_elements(d.content -> 'meals') WITH ORDINALITY AS m (content, place)
JOIN recipe r ON r.id = (m.content ->> 'recipe')::uuid;

CREATE TEMP TABLE numbered_recipe AS
SELECT id, (row_number() OVER (ORDER BY slug) - 1)::integer AS number
FROM recipe
WHERE archived_at IS NULL;

CREATE INDEX ON programme_workout (programme_id, day);
CREATE INDEX ON programme_meal (programme_id, day);
CREATE INDEX ON numbered_recipe (number);
ANALYZE newest_programme, programme_workout, programme_meal, numbered_recipe;

CREATE TEMP TABLE person (
    n INTEGER NOT NULL,
    id UUID NOT NULL,
    goal TEXT NOT NULL,
    level TEXT NOT NULL,
    diet TEXT NOT NULL,
    allergens TEXT[] NOT NULL,
    days_per_week INTEGER NOT NULL,
    time_zone TEXT NOT NULL,
    programme_id UUID NOT NULL,
    programme_version INTEGER NOT NULL,
    cycles INTEGER NOT NULL,
    -- Of the cycle that is open today.
    day INTEGER NOT NULL,
    -- Day 1 of the first cycle.
    began DATE NOT NULL
);

-- Of how many cycles, from the open one back, workouts and meals are kept.
CREATE TEMP TABLE thinning AS
SELECT current_setting('bench.history_cycles')::integer AS history_cycles;
