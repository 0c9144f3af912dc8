CREATE TABLE member (
    id UUID PRIMARY KEY,
    issuer TEXT NOT NULL CHECK (issuer <> ''),
    subject TEXT NOT NULL CHECK (subject <> ''),
    display_name TEXT NOT NULL CHECK (char_length(display_name) BETWEEN 1 AND 80),
    email TEXT CHECK (octet_length(email) BETWEEN 3 AND 254),
    locale TEXT NOT NULL CHECK (char_length(locale) BETWEEN 2 AND 35),
    -- A name of the IANA database.
    time_zone TEXT NOT NULL CHECK (time_zone <> ''),
    units TEXT NOT NULL CHECK (units IN ('METRIC', 'IMPERIAL')),
    purchase_token UUID NOT NULL UNIQUE,
    created_at TIMESTAMPTZ NOT NULL,
    UNIQUE (issuer, subject)
);

-- What the member owns has the member first in its key. Nothing cascades: an
-- account is erased by a command that knows what each row means.
CREATE TABLE member_preferences (
    member_id UUID NOT NULL REFERENCES member (id),
    effective_from DATE NOT NULL,
    goal TEXT NOT NULL CHECK (goal IN ('LOSE_WEIGHT', 'BUILD_STRENGTH', 'IMPROVE_ENDURANCE')),
    level TEXT NOT NULL CHECK (level IN ('BEGINNER', 'INTERMEDIATE', 'ADVANCED')),
    diet TEXT NOT NULL CHECK (diet IN ('OMNIVORE', 'PESCATARIAN', 'VEGETARIAN', 'VEGAN')),
    allergens TEXT[] NOT NULL CHECK (allergens <@ ARRAY[
        'GLUTEN', 'CRUSTACEANS', 'EGGS', 'FISH', 'PEANUTS', 'SOY', 'MILK', 'NUTS', 'CELERY', 'MUSTARD', 'SESAME',
        'SULPHITES', 'LUPIN', 'MOLLUSCS'
    ]),
    days_per_week INTEGER NOT NULL CHECK (days_per_week BETWEEN 2 AND 6),
    PRIMARY KEY (member_id, effective_from)
);
