CREATE TABLE workout (
    id UUID PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE CHECK (slug <> ''),
    -- A cursor holds it, and has at most 512 characters.
    title TEXT NOT NULL CHECK (char_length(title) BETWEEN 1 AND 120 AND octet_length(title) <= 360),
    description TEXT NOT NULL,
    duration_minutes INTEGER NOT NULL CHECK (duration_minutes > 0),
    level TEXT NOT NULL CHECK (level IN ('BEGINNER', 'INTERMEDIATE', 'ADVANCED')),
    focus TEXT NOT NULL CHECK (focus IN (
        'FULL_BODY', 'UPPER_BODY', 'LOWER_BODY', 'CORE', 'CARDIO', 'MOBILITY'
    )),
    -- What its exercises need, kept here so that a search need not look at them.
    equipment TEXT[] NOT NULL CHECK (equipment <@ ARRAY[
        'BARBELL', 'DUMBBELL', 'KETTLEBELL', 'BAND', 'BENCH', 'PULL_UP_BAR', 'BOX', 'JUMP_ROPE', 'MEDICINE_BALL',
        'FOAM_ROLLER', 'MAT', 'EXERCISE_BALL', 'EZ_CURL_BAR', 'CABLE', 'MACHINE', 'OTHER'
    ]),
    image_url TEXT CHECK (char_length(image_url) BETWEEN 1 AND 2048),
    image_width INTEGER CHECK (image_width > 0),
    image_height INTEGER CHECK (image_height > 0),
    image_blurhash TEXT CHECK (image_blurhash <> ''),
    video_url TEXT CHECK (char_length(video_url) BETWEEN 1 AND 2048),
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
CREATE INDEX workout_in_order ON workout (title COLLATE "C", id) WHERE archived_at IS NULL;
CREATE INDEX workout_search ON workout USING GIN (search);
CREATE INDEX workout_equipment ON workout USING GIN (equipment);

CREATE TABLE workout_exercise (
    workout_id UUID NOT NULL REFERENCES workout (id),
    position INTEGER NOT NULL CHECK (position >= 1),
    exercise_id UUID NOT NULL REFERENCES exercise (id),
    sets INTEGER NOT NULL CHECK (sets >= 1),
    reps INTEGER CHECK (reps >= 1),
    seconds INTEGER CHECK (seconds >= 1),
    rest_seconds INTEGER NOT NULL CHECK (rest_seconds >= 0),
    PRIMARY KEY (workout_id, position),
    CHECK (num_nonnulls(reps, seconds) = 1)
);

CALL watch_catalogue('workout');
CALL watch_catalogue('workout_exercise');
CALL keep_catalogue_rows('workout');
