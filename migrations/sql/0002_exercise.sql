CREATE TABLE exercise (
    id UUID PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE CHECK (slug <> ''),
    -- A cursor holds it, and has at most 512 characters.
    name TEXT NOT NULL CHECK (char_length(name) BETWEEN 1 AND 120 AND octet_length(name) <= 360),
    category TEXT NOT NULL CHECK (category IN (
        'STRENGTH', 'CARDIO', 'STRETCHING', 'PLYOMETRICS', 'POWERLIFTING', 'OLYMPIC_WEIGHTLIFTING', 'STRONGMAN'
    )),
    level TEXT NOT NULL CHECK (level IN ('BEGINNER', 'INTERMEDIATE', 'ADVANCED')),
    equipment TEXT[] NOT NULL CHECK (equipment <@ ARRAY[
        'BARBELL', 'DUMBBELL', 'KETTLEBELL', 'BAND', 'BENCH', 'PULL_UP_BAR', 'BOX', 'JUMP_ROPE', 'MEDICINE_BALL',
        'FOAM_ROLLER', 'MAT', 'EXERCISE_BALL', 'EZ_CURL_BAR', 'CABLE', 'MACHINE', 'OTHER'
    ]),
    muscles TEXT[] NOT NULL CHECK (muscles <@ ARRAY[
        'QUADRICEPS', 'HAMSTRINGS', 'GLUTES', 'CALVES', 'CHEST', 'BACK', 'LATS', 'SHOULDERS', 'BICEPS', 'TRICEPS',
        'FOREARMS', 'ABDOMINALS', 'LOWER_BACK', 'ADDUCTORS', 'ABDUCTORS', 'TRAPS', 'NECK'
    ]),
    instructions TEXT[] NOT NULL CHECK (array_position(instructions, NULL) IS NULL),
    image_url TEXT CHECK (char_length(image_url) BETWEEN 1 AND 2048),
    image_width INTEGER CHECK (image_width > 0),
    image_height INTEGER CHECK (image_height > 0),
    image_blurhash TEXT CHECK (image_blurhash <> ''),
    archived_at TIMESTAMPTZ,
    -- Folded words with one space between them, written by `coach_domain::search`.
    -- No configuration of Postgres's parser, and so no locale, has a say in what a
    -- word is.
    search_text TEXT NOT NULL,
    search TSVECTOR NOT NULL
        GENERATED ALWAYS AS (array_to_tsvector(array_remove(string_to_array(search_text, ' '), ''))) STORED,
    CHECK (num_nonnulls(image_url, image_width, image_height, image_blurhash) IN (0, 4))
);

-- The order of lists, whatever the database's collation.
CREATE INDEX exercise_in_order ON exercise (name COLLATE "C", id) WHERE archived_at IS NULL;
CREATE INDEX exercise_search ON exercise USING GIN (search);
CREATE INDEX exercise_equipment ON exercise USING GIN (equipment);
CREATE INDEX exercise_muscles ON exercise USING GIN (muscles);

CALL watch_catalogue('exercise');
CALL keep_catalogue_rows('exercise');
