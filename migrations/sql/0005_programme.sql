CREATE TABLE programme (
    id UUID NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 1),
    goal TEXT NOT NULL CHECK (goal IN ('LOSE_WEIGHT', 'BUILD_STRENGTH', 'IMPROVE_ENDURANCE')),
    level TEXT NOT NULL CHECK (level IN ('BEGINNER', 'INTERMEDIATE', 'ADVANCED')),
    diet TEXT NOT NULL CHECK (diet IN ('OMNIVORE', 'PESCATARIAN', 'VEGETARIAN', 'VEGAN')),
    days_per_week INTEGER NOT NULL CHECK (days_per_week BETWEEN 2 AND 6),
    content JSONB NOT NULL CHECK (COALESCE(jsonb_array_length(content -> 'days'), 0) = 28),
    published_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (id, version)
);

CALL watch_catalogue('programme');

-- Cycles pin a version and derive their days from it.
CREATE TRIGGER published_for_good BEFORE UPDATE OR DELETE ON programme
    FOR EACH ROW EXECUTE FUNCTION refuse_change('a published version never changes; publish another');
