CREATE TABLE check_in (
    member_id UUID NOT NULL REFERENCES member (id),
    id UUID NOT NULL UNIQUE,
    cycle_id UUID NOT NULL,
    submitted_at TIMESTAMPTZ NOT NULL,
    weight_grams INTEGER CHECK (weight_grams > 0),
    waist_millimetres INTEGER CHECK (waist_millimetres > 0),
    hips_millimetres INTEGER CHECK (hips_millimetres > 0),
    chest_millimetres INTEGER CHECK (chest_millimetres > 0),
    energy INTEGER NOT NULL CHECK (energy BETWEEN 1 AND 5),
    sleep INTEGER NOT NULL CHECK (sleep BETWEEN 1 AND 5),
    notes TEXT CHECK (char_length(notes) <= 2000),
    PRIMARY KEY (member_id, id),
    UNIQUE (member_id, cycle_id),
    FOREIGN KEY (member_id, cycle_id) REFERENCES cycle (member_id, id)
);

CREATE INDEX check_in_newest ON check_in (member_id, submitted_at, id);
