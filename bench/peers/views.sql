-- What a member sees today, computed in SQL: the views that PostGraphile serves. The rules are those of `domain/src/day`.
-- Everything is made anew at each start; nothing else refers to it.

SET client_min_messages = warning;
DROP SCHEMA IF EXISTS peer CASCADE;
DROP SCHEMA IF EXISTS peer_rules CASCADE;
CREATE SCHEMA peer;
CREATE SCHEMA peer_rules;

-- The external form of an id: a tag, `_`, and the bytes in base64url.
CREATE FUNCTION peer_rules.opaque_id(tag TEXT, bytes BYTEA) RETURNS TEXT IMMUTABLE LANGUAGE sql
RETURN tag || '_' || translate(encode(bytes, 'base64'), E'+/=\n', '-_');

-- One of the numbers at the end of an id.
CREATE FUNCTION peer_rules.byte(number INTEGER) RETURNS BYTEA IMMUTABLE LANGUAGE sql
RETURN set_byte('\x00'::bytea, 0, number);

-- A moment as the API writes it, to the second.
CREATE FUNCTION peer_rules.moment(at TIMESTAMPTZ) RETURNS TEXT STABLE LANGUAGE sql
RETURN to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"');

-- The place of a slot in the order of the day, from 0.
CREATE FUNCTION peer_rules.place(slot TEXT) RETURNS INTEGER IMMUTABLE LANGUAGE sql
RETURN array_position(ARRAY['BREAKFAST', 'LUNCH', 'DINNER', 'SNACK'], slot) - 1;

-- The step of SplitMix64. Bigints have its 64 bits; the products need more.
CREATE FUNCTION peer_rules.product(a BIGINT, b NUMERIC) RETURNS BIGINT IMMUTABLE LANGUAGE sql AS $$
    SELECT CASE WHEN p >= 9223372036854775808 THEN p - 18446744073709551616 ELSE p END::bigint
    FROM (SELECT mod(CASE WHEN a < 0 THEN a + 18446744073709551616 ELSE a::numeric END * b, 18446744073709551616)) AS _ (p)
$$;

CREATE FUNCTION peer_rules.sum(a BIGINT, b NUMERIC) RETURNS BIGINT IMMUTABLE LANGUAGE sql AS $$
    SELECT CASE WHEN s >= 9223372036854775808 THEN s - 18446744073709551616 ELSE s END::bigint
    FROM (SELECT mod(CASE WHEN a < 0 THEN a + 18446744073709551616 ELSE a::numeric END + b, 18446744073709551616)) AS _ (s)
$$;

-- A shift to the right that fills up with zeros.
CREATE FUNCTION peer_rules.shift(a BIGINT, bits INTEGER) RETURNS BIGINT IMMUTABLE LANGUAGE sql
RETURN (a >> bits) & ((1::bigint << (64 - bits)) - 1);

CREATE FUNCTION peer_rules.mix(state BIGINT) RETURNS BIGINT IMMUTABLE LANGUAGE plpgsql AS $$
DECLARE
    z BIGINT := peer_rules.sum(state, 11400714819323198485);
BEGIN
    z := peer_rules.product(z # peer_rules.shift(z, 30), 13787848793156543929);
    z := peer_rules.product(z # peer_rules.shift(z, 27), 10723151780598845931);
    RETURN z # peer_rules.shift(z, 31);
END
$$;

-- The hash of what all candidates for a meal share.
CREATE FUNCTION peer_rules.meal_hash(seed BIGINT, number INTEGER, slot INTEGER, "position" INTEGER) RETURNS BIGINT
IMMUTABLE LANGUAGE sql
RETURN peer_rules.mix(peer_rules.mix(peer_rules.mix(peer_rules.mix(seed) # number) # slot) # "position");

-- The rank of a recipe. Its highest bit is turned over, so that signed numbers are in the order of unsigned ones.
CREATE FUNCTION peer_rules.rank(hash BIGINT, recipe UUID) RETURNS BIGINT IMMUTABLE LANGUAGE sql AS $$
    SELECT peer_rules.mix(
               peer_rules.mix(hash # ('x' || left(hex, 16))::bit(64)::bigint) # ('x' || right(hex, 16))::bit(64)::bigint
           ) # (-9223372036854775808)
    FROM (SELECT replace(recipe::text, '-', '')) AS _ (hex)
$$;

-- Whether a recipe may be served in a slot to a member with these preferences.
CREATE FUNCTION peer_rules.may_serve(r recipe, slot TEXT, diet TEXT, excluded TEXT[]) RETURNS BOOLEAN
IMMUTABLE LANGUAGE sql AS $$
    SELECT COALESCE(
        r.archived_at IS NULL AND r.energy_kcal IS NOT NULL AND r.minutes IS NOT NULL AND r.servings IS NOT NULL
            AND slot = ANY(r.slots) AND NOT r.allergens && excluded AND diet = ANY(r.diets),
        FALSE)
$$;

-- The menu of a day, without the member's log. `recipe_id` is NULL where nothing may be served.
CREATE FUNCTION peer_rules.menu(
    seed BIGINT, number INTEGER, meals JSONB, replacements JSONB, wanted_diet TEXT, excluded TEXT[]
) RETURNS TABLE (slot TEXT, "position" INTEGER, recipe_id UUID) STABLE ROWS 5 LANGUAGE plpgsql AS $$
DECLARE
    meal_slots TEXT[];
    positions INTEGER[];
    served UUID[];
    hash BIGINT;
BEGIN
    SELECT array_agg(e.slot ORDER BY peer_rules.place(e.slot), e.position),
           array_agg(e.position ORDER BY peer_rules.place(e.slot), e.position),
           array_agg(r.id ORDER BY peer_rules.place(e.slot), e.position)
    INTO meal_slots, positions, served
    FROM (
        SELECT m.content ->> 'slot' AS slot, (m.content ->> 'recipe')::uuid AS recipe_id,
               (row_number() OVER (PARTITION BY m.content ->> 'slot' ORDER BY m.place))::integer AS position
        FROM jsonb_array_elements(meals) WITH ORDINALITY AS m (content, place)
    ) e
    LEFT JOIN recipe r ON r.id = e.recipe_id AND peer_rules.may_serve(r, e.slot, wanted_diet, excluded);
    FOR i IN 1 .. COALESCE(cardinality(meal_slots), 0) LOOP
        CONTINUE WHEN served[i] IS NOT NULL;
        hash := peer_rules.meal_hash(seed, number, peer_rules.place(meal_slots[i]), positions[i]);
        served[i] := (
            SELECT r.id
            FROM jsonb_array_elements_text(replacements) AS c (id)
            JOIN recipe r ON r.id = c.id::uuid
            WHERE peer_rules.may_serve(r, meal_slots[i], wanted_diet, excluded)
            ORDER BY COALESCE(r.id = ANY(served), FALSE), peer_rules.rank(hash, r.id) DESC
            LIMIT 1
        );
    END LOOP;
    RETURN QUERY SELECT * FROM unnest(meal_slots, positions, served);
END
$$;

-- The open cycles of active plans, with the number of the day that it is now, which may be outside the cycle.
CREATE VIEW peer_rules.open_cycle AS
SELECT c.member_id, c.id, c.plan_id, c.number, c.starts_on, c.programme_id, c.programme_version, c.seed,
       (now() AT TIME ZONE m.time_zone)::date - c.starts_on + 1 AS day
FROM cycle c
JOIN plan p ON p.member_id = c.member_id AND p.id = c.plan_id
JOIN member m ON m.id = c.member_id
WHERE c.closed_on IS NULL AND p.status = 'ACTIVE';

CREATE TYPE peer.image AS (url TEXT, width INTEGER, height INTEGER, blurhash TEXT);

CREATE TYPE peer.nutrition AS (
    energy_kcal INTEGER,
    protein_grams DOUBLE PRECISION,
    carbohydrate_grams DOUBLE PRECISION,
    fat_grams DOUBLE PRECISION,
    fibre_grams DOUBLE PRECISION
);

-- As the API has it; `image` already has the names of the API.
CREATE FUNCTION peer_rules.nutrition_json(n peer.nutrition) RETURNS JSON IMMUTABLE LANGUAGE sql
RETURN CASE WHEN (n).energy_kcal IS NOT NULL THEN json_build_object(
    'energyKcal', (n).energy_kcal, 'proteinGrams', (n).protein_grams, 'carbohydrateGrams', (n).carbohydrate_grams,
    'fatGrams', (n).fat_grams, 'fibreGrams', (n).fibre_grams
) END;

CREATE VIEW peer.member AS
SELECT m.id AS key, peer_rules.opaque_id('mbr', uuid_send(m.id)) AS id, m.issuer, m.subject, m.display_name,
       CASE
           WHEN s.member_id IS NULL THEN 'NONE'
           WHEN (s.trial_ends_at IS NULL OR s.expires_at > s.trial_ends_at)
               AND (s.expires_at IS NULL OR now() < s.expires_at) THEN 'ACTIVE'
           WHEN now() < s.trial_ends_at THEN 'TRIAL'
           WHEN now() < s.grace_ends_at THEN 'GRACE'
           ELSE 'LAPSED'
       END AS access
FROM member m
LEFT JOIN LATERAL (
    SELECT member_id, trial_ends_at, expires_at, grace_ends_at
    FROM subscription
    WHERE member_id = m.id
    ORDER BY CASE WHEN trial_ends_at IS NULL AND expires_at IS NULL THEN 'infinity'
                  ELSE GREATEST(trial_ends_at, expires_at, grace_ends_at) END DESC,
             updated_at DESC, id
    LIMIT 1
) s ON TRUE;

CREATE VIEW peer.plan AS
SELECT id AS key, member_id AS member_key,
       peer_rules.opaque_id('pln', uuid_send(member_id) || uuid_send(id)) AS id, goal
FROM plan
WHERE status = 'ACTIVE';

CREATE VIEW peer.cycle AS
SELECT id AS key, member_id AS member_key, plan_id AS plan_key,
       peer_rules.opaque_id('cyc', uuid_send(member_id) || uuid_send(id)) AS id, number,
       day > 28 AS check_in_due, starts_on + 28 AS check_in_opens_on
FROM peer_rules.open_cycle;

CREATE VIEW peer.cycle_progress AS
SELECT c.member_id AS member_key, c.id AS cycle_key, d.completed AS workouts_completed, w.planned AS workouts_planned, e.logged AS meals_logged,
       LEAST(GREATEST(c.day, 0), 28) AS days_elapsed,
       COALESCE(100 * d.completed / NULLIF(w.planned, 0), 0) AS percent
FROM peer_rules.open_cycle c
JOIN programme p ON p.id = c.programme_id AND p.version = c.programme_version
CROSS JOIN LATERAL (
    SELECT sum(jsonb_array_length(content -> 'workouts'))::integer AS planned
    FROM jsonb_array_elements(p.content -> 'days') AS day (content)
) w
CROSS JOIN LATERAL (
    SELECT count(*)::integer AS completed
    FROM workout_completion d
    WHERE d.member_id = c.member_id AND d.cycle_id = c.id
        AND d.position <= jsonb_array_length(p.content -> 'days' -> (d.day - 1) -> 'workouts')
) d
CROSS JOIN LATERAL (
    SELECT count(*)::integer AS logged
    FROM meal_choice m
    WHERE m.member_id = c.member_id AND m.cycle_id = c.id AND m.eaten_at IS NOT NULL
) e;

-- The cycles of which a day is today, with what the programme has for it.
CREATE VIEW peer_rules.today AS
SELECT c.member_id, c.id AS cycle_id, c.day, c.starts_on + c.day - 1 AS date, c.seed,
       p.content -> 'days' -> (c.day - 1) AS content, p.content -> 'replacements' AS replacements
FROM peer_rules.open_cycle c
JOIN programme p ON p.id = c.programme_id AND p.version = c.programme_version
WHERE c.day BETWEEN 1 AND 28;

CREATE VIEW peer_rules.meal AS
SELECT t.member_id, t.cycle_id, t.day, e.slot, e.position, served.id AS recipe_id,
       CASE WHEN x.counts THEN ch.servings ELSE 1 END AS servings, CASE WHEN x.counts THEN ch.eaten_at END AS eaten_at,
       served.energy_kcal, served.protein_grams, served.carbohydrate_grams, served.fat_grams, served.fibre_grams
FROM peer_rules.today t
LEFT JOIN LATERAL (
    SELECT diet, allergens
    FROM member_preferences
    WHERE member_id = t.member_id
    ORDER BY effective_from > t.date, abs(effective_from - t.date)
    LIMIT 1
) f ON TRUE
CROSS JOIN LATERAL peer_rules.menu(
    t.seed, t.day, t.content -> 'meals', t.replacements, f.diet, f.allergens
) AS e (slot, position, recipe_id)
LEFT JOIN meal_choice ch
    ON ch.member_id = t.member_id AND ch.cycle_id = t.cycle_id AND ch.day = t.day
    AND ch.slot = e.slot AND ch.position = e.position
LEFT JOIN recipe chosen ON chosen.id = ch.recipe_id
CROSS JOIN LATERAL (
    SELECT ch.eaten_at IS NOT NULL OR peer_rules.may_serve(chosen, e.slot, f.diet, f.allergens)
) AS x (counts)
JOIN recipe served ON served.id = CASE WHEN x.counts THEN ch.recipe_id ELSE e.recipe_id END;

-- Without access there is none; the gateway says why.
CREATE VIEW peer.day AS
SELECT t.member_id AS member_key, t.cycle_id AS cycle_key,
       peer_rules.opaque_id('day', uuid_send(t.member_id) || uuid_send(t.cycle_id) || peer_rules.byte(t.day)) AS id,
       t.day AS number, t.date, n.nutrition
FROM peer_rules.today t
JOIN peer.member m ON m.key = t.member_id AND m.access IN ('TRIAL', 'ACTIVE', 'GRACE')
LEFT JOIN LATERAL (
    SELECT ROW(
               sum(energy_kcal * servings),
               round(sum(protein_grams * servings)::numeric, 1),
               round(sum(carbohydrate_grams * servings)::numeric, 1),
               round(sum(fat_grams * servings)::numeric, 1),
               round(sum(fibre_grams * servings)::numeric, 1)
           )::peer.nutrition AS nutrition
    FROM peer_rules.meal
    WHERE member_id = t.member_id AND cycle_id = t.cycle_id
    HAVING count(energy_kcal) = count(*) AND count(*) > 0
) n ON TRUE;

CREATE VIEW peer.scheduled_workout AS
SELECT t.member_id AS member_key, t.cycle_id AS cycle_key, w.position::integer AS position,
       peer_rules.opaque_id(
           'swk',
           uuid_send(t.member_id) || uuid_send(t.cycle_id) || peer_rules.byte(t.day) || peer_rules.byte(w.position::integer)
       ) AS id,
       peer_rules.moment(d.completed_at) AS completed_at, d.effort, COALESCE(d.workout_id, w.id::uuid) AS workout_key
FROM peer_rules.today t
CROSS JOIN LATERAL jsonb_array_elements_text(t.content -> 'workouts') WITH ORDINALITY AS w (id, position)
LEFT JOIN workout_completion d
    ON d.member_id = t.member_id AND d.cycle_id = t.cycle_id AND d.day = t.day AND d.position = w.position;

CREATE VIEW peer.planned_meal AS
SELECT member_id AS member_key, cycle_id AS cycle_key, peer_rules.place(slot) AS place, position,
       peer_rules.opaque_id(
           'pml',
           uuid_send(member_id) || uuid_send(cycle_id) || peer_rules.byte(day)
               || peer_rules.byte(peer_rules.place(slot)) || peer_rules.byte(position)
       ) AS id,
       slot, servings, peer_rules.moment(eaten_at) AS eaten_at, recipe_id AS recipe_key
FROM peer_rules.meal;

CREATE VIEW peer.workout AS
SELECT id AS key, peer_rules.opaque_id('wrk', uuid_send(id)) AS id, title, duration_minutes, level, focus, equipment,
       CASE WHEN image_url IS NOT NULL
           THEN ROW(image_url, image_width, image_height, image_blurhash)::peer.image END AS image
FROM workout;

CREATE VIEW peer.workout_exercise AS
SELECT workout_id AS workout_key, position, exercise_id AS exercise_key, sets, reps, seconds, rest_seconds
FROM workout_exercise;

CREATE VIEW peer.exercise AS
SELECT id AS key, peer_rules.opaque_id('exr', uuid_send(id)) AS id, name, muscles, equipment, instructions,
       CASE WHEN image_url IS NOT NULL
           THEN ROW(image_url, image_width, image_height, image_blurhash)::peer.image END AS image
FROM exercise;

CREATE VIEW peer.recipe AS
SELECT id AS key, peer_rules.opaque_id('rcp', uuid_send(id)) AS id, title, minutes, servings,
       CASE WHEN image_url IS NOT NULL
           THEN ROW(image_url, image_width, image_height, image_blurhash)::peer.image END AS image,
       CASE WHEN energy_kcal IS NOT NULL
           THEN ROW(energy_kcal, protein_grams, carbohydrate_grams, fat_grams, fibre_grams)::peer.nutrition
           END AS nutrition
FROM recipe;

CREATE VIEW peer.ingredient AS
SELECT recipe_id AS recipe_key, position, name, quantity, grams, note FROM recipe_ingredient;

-- The member who is signed in.
CREATE FUNCTION peer.me() RETURNS peer.member STABLE LANGUAGE sql AS $$
    SELECT * FROM peer.member
    WHERE issuer = current_setting('jwt.claims.iss', TRUE) AND subject = current_setting('jwt.claims.sub', TRUE)
$$;

-- Whether it is a favourite of the member who is signed in.
CREATE FUNCTION peer.recipe_is_favourite(recipe peer.recipe) RETURNS BOOLEAN STABLE LANGUAGE sql AS $$
    SELECT EXISTS (
        SELECT FROM favourite_recipe f
        JOIN member m ON m.id = f.member_id
        WHERE f.recipe_id = recipe.key
            AND m.issuer = current_setting('jwt.claims.iss', TRUE) AND m.subject = current_setting('jwt.claims.sub', TRUE)
    )
$$;

-- How PostGraphile relates the views, which have no constraints. What a member owns is found by the member and the row, as
-- the keys of its tables are.
COMMENT ON VIEW peer.member IS '@primaryKey key';
COMMENT ON VIEW peer.plan IS E'@primaryKey member_key,key
@unique member_key
@foreignKey (member_key) references member (key)|@foreignSingleFieldName plan';
COMMENT ON VIEW peer.cycle IS E'@primaryKey member_key,key
@unique member_key,plan_key
@foreignKey (member_key,plan_key) references plan (member_key,key)|@foreignSingleFieldName currentCycle';
COMMENT ON VIEW peer.cycle_progress IS E'@primaryKey member_key,cycle_key
@foreignKey (member_key,cycle_key) references cycle (member_key,key)|@foreignSingleFieldName progress';
COMMENT ON VIEW peer.day IS E'@primaryKey member_key,cycle_key
@foreignKey (member_key,cycle_key) references cycle (member_key,key)|@foreignSingleFieldName today';
COMMENT ON VIEW peer.scheduled_workout IS E'@primaryKey member_key,cycle_key,position
@foreignKey (member_key,cycle_key) references day (member_key,cycle_key)|@foreignSimpleFieldName workouts
@foreignKey (workout_key) references workout (key)|@fieldName workout';
COMMENT ON VIEW peer.planned_meal IS E'@primaryKey member_key,cycle_key,place,position
@foreignKey (member_key,cycle_key) references day (member_key,cycle_key)|@foreignSimpleFieldName meals
@foreignKey (recipe_key) references recipe (key)|@fieldName recipe';
COMMENT ON VIEW peer.workout IS '@primaryKey key';
COMMENT ON VIEW peer.workout_exercise IS E'@primaryKey workout_key,position
@foreignKey (workout_key) references workout (key)|@foreignSimpleFieldName exercises
@foreignKey (exercise_key) references exercise (key)|@fieldName exercise';
COMMENT ON VIEW peer.exercise IS '@primaryKey key';
COMMENT ON VIEW peer.recipe IS '@primaryKey key';
COMMENT ON VIEW peer.ingredient IS E'@primaryKey recipe_key,position
@foreignKey (recipe_key) references recipe (key)|@foreignSimpleFieldName ingredients';
