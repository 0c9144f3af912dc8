-- A row only where the member did or changed something; everything else of a day
-- follows from the programme.

CREATE TABLE workout_completion (
    member_id UUID NOT NULL REFERENCES member (id),
    cycle_id UUID NOT NULL,
    day INTEGER NOT NULL CHECK (day BETWEEN 1 AND 28),
    position INTEGER NOT NULL CHECK (position BETWEEN 1 AND 255),
    -- What was done, whatever a later programme says.
    workout_id UUID NOT NULL REFERENCES workout (id),
    completed_at TIMESTAMPTZ NOT NULL,
    effort TEXT CHECK (effort IN ('EASY', 'MODERATE', 'HARD', 'MAXIMAL')),
    PRIMARY KEY (member_id, cycle_id, day, position),
    FOREIGN KEY (member_id, cycle_id) REFERENCES cycle (member_id, id)
);

CREATE TABLE meal_choice (
    member_id UUID NOT NULL REFERENCES member (id),
    cycle_id UUID NOT NULL,
    day INTEGER NOT NULL CHECK (day BETWEEN 1 AND 28),
    slot TEXT NOT NULL CHECK (slot IN ('BREAKFAST', 'LUNCH', 'DINNER', 'SNACK')),
    position INTEGER NOT NULL CHECK (position BETWEEN 1 AND 255),
    recipe_id UUID NOT NULL REFERENCES recipe (id),
    servings INTEGER NOT NULL CHECK (servings >= 1),
    -- NULL where the meal was only swapped.
    eaten_at TIMESTAMPTZ,
    PRIMARY KEY (member_id, cycle_id, day, slot, position),
    FOREIGN KEY (member_id, cycle_id) REFERENCES cycle (member_id, id)
);
