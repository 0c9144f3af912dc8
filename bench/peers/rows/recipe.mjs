// Recipes.
import { opaqueId } from '../day/id.mjs';
import { select } from '../server/pool.mjs';
import { IMAGE, image } from './image.mjs';
import { allEach, oneEach } from './keys.mjs';

const RECIPES = `
  SELECT id, title, slots, diets, allergens, minutes, servings, energy_kcal, protein_grams, carbohydrate_grams,
         fat_grams, fibre_grams, archived_at IS NOT NULL AS archived, ${IMAGE}
  FROM recipe`;

const INGREDIENTS = 'SELECT recipe_id, name, quantity, grams, note FROM recipe_ingredient';

/** The recipes with these keys, each without its ingredients. */
export async function recipes(keys) {
  const rows = await select('recipes', `${RECIPES} WHERE id = ANY($1)`, [keys]);
  return oneEach(keys, rows.map(recipe), (it) => it.key);
}

/** The ingredients of each recipe. */
export async function ingredients(keys) {
  const text = `${INGREDIENTS} WHERE recipe_id = ANY($1) ORDER BY recipe_id, position`;
  return allEach(keys, await select('ingredients', text, [keys]), (row) => row.recipe_id);
}

/** All recipes by their keys, with their ingredients. */
export async function allRecipes() {
  const found = (await select('all_recipes', RECIPES, [])).map(recipe);
  const rows = await select('all_ingredients', `${INGREDIENTS} ORDER BY recipe_id, position`, []);
  const keys = found.map((it) => it.key);
  const parts = allEach(keys, rows, (row) => row.recipe_id);
  return new Map(found.map((it, index) => [it.key, { ...it, ingredients: parts[index] }]));
}

function recipe(row) {
  return {
    key: row.id,
    id: opaqueId('rcp', row.id),
    title: row.title,
    slots: row.slots,
    diets: row.diets,
    allergens: row.allergens,
    minutes: row.minutes,
    servings: row.servings,
    archived: row.archived,
    nutrition: nutrition(row),
    image: image(row),
  };
}

function nutrition(row) {
  if (row.energy_kcal === null) return null;
  return {
    energyKcal: row.energy_kcal,
    proteinGrams: row.protein_grams,
    carbohydrateGrams: row.carbohydrate_grams,
    fatGrams: row.fat_grams,
    fibreGrams: row.fibre_grams,
  };
}
