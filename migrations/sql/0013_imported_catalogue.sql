-- Imported recipes often do not say how long they take or how many they serve,
-- and give amounts that are worth having as data.

-- NULL is unknown, and then the recipe is never planned. Gateways of before
-- cannot read it, so none may be left when the first import runs.
ALTER TABLE recipe ALTER COLUMN minutes DROP NOT NULL;
ALTER TABLE recipe ALTER COLUMN servings DROP NOT NULL;

-- What `quantity` says, where that can be measured; counted in pieces without a
-- unit.
ALTER TABLE recipe_ingredient
    ADD COLUMN amount_minimum DOUBLE PRECISION CHECK (amount_minimum > 0),
    ADD COLUMN amount_maximum DOUBLE PRECISION CHECK (amount_maximum >= amount_minimum),
    ADD COLUMN amount_unit TEXT CHECK (amount_unit IN (
        'GRAM', 'KILOGRAM', 'OUNCE', 'POUND', 'MILLILITRE', 'CENTILITRE', 'DECILITRE', 'LITRE', 'TEASPOON',
        'TABLESPOON', 'SPOON', 'CUP', 'FLUID_OUNCE', 'PINT', 'QUART', 'GALLON', 'CENTIMETRE', 'INCH', 'PINCH',
        'DASH', 'SPLASH', 'DRIZZLE', 'HANDFUL', 'CLOVE', 'HEAD', 'STALK', 'SPRIG', 'BUNCH', 'LEAF', 'SLICE',
        'STICK', 'CUBE', 'BLOCK', 'SHEET', 'LOAF', 'GLASS', 'SHOT', 'MUG', 'BOWL', 'CAN', 'JAR', 'BOTTLE',
        'PACKAGE', 'BOX', 'BAG', 'SERVING'
    )),
    ADD CHECK (num_nonnulls(amount_minimum, amount_maximum) IN (0, 2)),
    ADD CHECK (amount_unit IS NULL OR amount_minimum IS NOT NULL);

-- The catalogue is read all the time and written by imports. Entries that wait to
-- be sorted in would be read with each search, and make the planner prefer to read
-- the whole table.
DO $$
DECLARE
    found REGCLASS;
BEGIN
    FOR found IN
        SELECT i.indexrelid
        FROM pg_index i
        JOIN pg_class c ON c.oid = i.indexrelid
        JOIN pg_am a ON a.oid = c.relam
        WHERE a.amname = 'gin'
            AND i.indrelid IN ('exercise'::REGCLASS, 'workout'::REGCLASS, 'recipe'::REGCLASS)
    LOOP
        EXECUTE format('ALTER INDEX %s SET (fastupdate = off)', found);
        PERFORM gin_clean_pending_list(found);
    END LOOP;
END
$$;
