-- The log of a cycle is read with every Today. Its rows were written over weeks, between those of all other members, so each
-- is on a page of its own: 50 pages for a cycle. The primary keys have all columns now, and the log is read from a few pages
-- of them, provided that vacuum has seen the pages of the table. It is told to look after each half per cent of new rows.

ALTER TABLE workout_completion
    DROP CONSTRAINT workout_completion_pkey,
    ADD PRIMARY KEY (member_id, cycle_id, day, position) INCLUDE (workout_id, completed_at, effort),
    SET (autovacuum_vacuum_insert_scale_factor = 0.005);

ALTER TABLE meal_choice
    DROP CONSTRAINT meal_choice_pkey,
    ADD PRIMARY KEY (member_id, cycle_id, day, slot, position) INCLUDE (recipe_id, servings, eaten_at),
    SET (autovacuum_vacuum_insert_scale_factor = 0.005);
