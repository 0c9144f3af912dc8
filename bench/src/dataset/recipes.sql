-- The copies that are missing of $1 recipes. Each has the id that is derived from its number. The search texts follow.
WITH original AS (
    SELECT *, row_number() OVER (ORDER BY slug) - 1 AS number, count(*) OVER () AS originals
    FROM recipe
    WHERE slug NOT LIKE 'bench-%'
), word AS (
    SELECT text, row_number() OVER (ORDER BY text) - 1 AS number, count(*) OVER () AS words
    FROM (SELECT DISTINCT initcap(match[1]) AS text
          FROM original CROSS JOIN LATERAL regexp_matches(title, '[[:alpha:]]{5,}', 'g') AS match) AS found
)
INSERT INTO recipe (id, slug, title, summary, slots, diets, allergens, minutes, servings, energy_kcal, protein_grams,
                    carbohydrate_grams, fat_grams, fibre_grams, image_url, image_width, image_height, image_blurhash,
                    search_text)
SELECT md5('bench/recipe/' || n)::uuid, 'bench-' || n, one.text || ' and ' || lower(other.text) || ' no. ' || n,
       o.summary, o.slots, o.diets, o.allergens, o.minutes, o.servings, o.energy_kcal, o.protein_grams,
       o.carbohydrate_grams, o.fat_grams, o.fibre_grams, o.image_url, o.image_width, o.image_height, o.image_blurhash, ''
FROM generate_series((SELECT max(originals) FROM original), $1 - 1) AS n
JOIN original o ON o.number = n % o.originals
JOIN word one ON one.number = ('x' || substr(md5('one/' || n), 1, 7))::bit(28)::integer % one.words
JOIN word other ON other.number = ('x' || substr(md5('other/' || n), 1, 7))::bit(28)::integer % other.words
ON CONFLICT DO NOTHING

INSERT INTO recipe_ingredient (recipe_id, position, name, quantity, grams, note)
SELECT md5('bench/recipe/' || n)::uuid, i.position, i.name, i.quantity, i.grams, i.note
FROM (SELECT id, row_number() OVER (ORDER BY slug) - 1 AS number, count(*) OVER () AS originals
      FROM recipe
      WHERE slug NOT LIKE 'bench-%') AS o
JOIN recipe_ingredient i ON i.recipe_id = o.id
JOIN generate_series(0, $1 - 1) AS n ON n >= o.originals AND o.number = n % o.originals
ON CONFLICT DO NOTHING

INSERT INTO recipe_step (recipe_id, position, instruction)
SELECT md5('bench/recipe/' || n)::uuid, s.position, s.instruction
FROM (SELECT id, row_number() OVER (ORDER BY slug) - 1 AS number, count(*) OVER () AS originals
      FROM recipe
      WHERE slug NOT LIKE 'bench-%') AS o
JOIN recipe_step s ON s.recipe_id = o.id
JOIN generate_series(0, $1 - 1) AS n ON n >= o.originals AND o.number = n % o.originals
ON CONFLICT DO NOTHING
