-- What the member wanted of training when the cycle began. Preferences are kept by date, and what was changed later on
-- that date has taken the place of what counted then; the check-in has to tell the two apart. NULL for cycles that began
-- before this was kept.
ALTER TABLE cycle
    ADD COLUMN wanted_level TEXT CHECK (wanted_level IN ('BEGINNER', 'INTERMEDIATE', 'ADVANCED')),
    ADD COLUMN wanted_days_per_week INTEGER CHECK (wanted_days_per_week BETWEEN 2 AND 6),
    ADD CHECK ((wanted_level IS NULL) = (wanted_days_per_week IS NULL));
