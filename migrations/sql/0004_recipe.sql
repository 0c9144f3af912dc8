CREATE TABLE recipe (
    id UUID PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE CHECK (slug <> ''),
    -- A cursor holds it, and has at most 512 characters.
    title TEXT NOT NULL CHECK (char_length(title) BETWEEN 1 AND 120 AND octet_length(title) <= 360),
    summary TEXT,
    slots TEXT[] NOT NULL CHECK (slots <@ ARRAY['BREAKFAST', 'LUNCH', 'DINNER', 'SNACK']),
    -- Every diet that allows it, so that a search asks for one of them only.
    diets TEXT[] NOT NULL CHECK (diets <@ ARRAY['OMNIVORE', 'PESCATARIAN', 'VEGETARIAN', 'VEGAN']),
    -- NULL is unknown, and counts as all of them.
    allergens TEXT[] CHECK (allergens <@ ARRAY[
        'GLUTEN', 'CRUSTACEANS', 'EGGS', 'FISH', 'PEANUTS', 'SOY', 'MILK', 'NUTS', 'CELERY', 'MUSTARD', 'SESAME',
        'SULPHITES', 'LUPIN', 'MOLLUSCS'
    ]),
    minutes INTEGER NOT NULL CHECK (minutes > 0),
    servings INTEGER NOT NULL CHECK (servings >= 1),
    energy_kcal INTEGER CHECK (energy_kcal >= 0),
    protein_grams DOUBLE PRECISION CHECK (protein_grams >= 0),
    carbohydrate_grams DOUBLE PRECISION CHECK (carbohydrate_grams >= 0),
    fat_grams DOUBLE PRECISION CHECK (fat_grams >= 0),
    fibre_grams DOUBLE PRECISION CHECK (fibre_grams >= 0),
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
    CHECK (num_nonnulls(energy_kcal, protein_grams, carbohydrate_grams, fat_grams, fibre_grams) IN (0, 5)),
    CHECK (num_nonnulls(image_url, image_width, image_height, image_blurhash) IN (0, 4))
);

-- The order of lists, whatever the database's collation.
CREATE INDEX recipe_in_order ON recipe (title COLLATE "C", id) WHERE archived_at IS NULL;
CREATE INDEX recipe_search ON recipe USING GIN (search);
CREATE INDEX recipe_slots ON recipe USING GIN (slots);
CREATE INDEX recipe_diets ON recipe USING GIN (diets);
CREATE INDEX recipe_allergens ON recipe USING GIN (allergens);

CREATE TABLE recipe_ingredient (
    recipe_id UUID NOT NULL REFERENCES recipe (id),
    position INTEGER NOT NULL CHECK (position >= 1),
    name TEXT NOT NULL CHECK (name <> ''),
    quantity TEXT NOT NULL,
    grams INTEGER CHECK (grams >= 0),
    note TEXT,
    PRIMARY KEY (recipe_id, position)
);

CREATE TABLE recipe_step (
    recipe_id UUID NOT NULL REFERENCES recipe (id),
    position INTEGER NOT NULL CHECK (position >= 1),
    instruction TEXT NOT NULL CHECK (instruction <> ''),
    PRIMARY KEY (recipe_id, position)
);

CALL watch_catalogue('recipe');
CALL watch_catalogue('recipe_ingredient');
CALL watch_catalogue('recipe_step');
CALL keep_catalogue_rows('recipe');
