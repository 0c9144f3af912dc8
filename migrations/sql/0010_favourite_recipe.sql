CREATE TABLE favourite_recipe (
    member_id UUID NOT NULL REFERENCES member (id),
    recipe_id UUID NOT NULL REFERENCES recipe (id),
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (member_id, recipe_id)
);

CREATE INDEX favourite_recipe_newest ON favourite_recipe (member_id, created_at, recipe_id);
