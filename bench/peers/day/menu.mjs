// The menu of a day, without the member's log: the recipes of the programme, and replacements for those that the
// member's diet or allergens exclude.
import { mealHash, rank } from './rank.mjs';

/** The slots in the order of the day. */
export const SLOTS = ['BREAKFAST', 'LUNCH', 'DINNER', 'SNACK'];

/** Whether a recipe may be served in a slot to a member with these preferences. */
export function mayServe(recipe, slot, preferences) {
  const isPlannable =
    !recipe.archived &&
    recipe.nutrition !== null &&
    recipe.allergens !== null &&
    recipe.minutes !== null &&
    recipe.servings !== null;
  return (
    isPlannable &&
    recipe.slots.includes(slot) &&
    !recipe.allergens.some((allergen) => preferences.allergens.includes(allergen)) &&
    recipe.diets.includes(preferences.diet)
  );
}

/** The meals of a day with slot, position, and the recipe of the programme if it may be served, else undefined. */
export function plannedMeals(meals, recipes, preferences) {
  const counts = new Map();
  const sorted = meals.toSorted((one, other) => SLOTS.indexOf(one.slot) - SLOTS.indexOf(other.slot));
  return sorted.map(({ slot, recipe: key }) => {
    const position = (counts.get(slot) ?? 0) + 1;
    counts.set(slot, position);
    const recipe = recipes.get(key);
    const fits = recipe && preferences && mayServe(recipe, slot, preferences);
    return { slot, position, recipe: fits ? recipe : undefined };
  });
}

/**
 * Gives each meal without a recipe the replacement with the highest rank, preferring recipes that the day does not
 * serve already.
 */
export function replaceMissing(entries, { seed, number, replacements, recipes, preferences }) {
  for (const entry of entries.filter((it) => !it.recipe)) {
    const candidates = replacements
      .map((key) => recipes.get(key))
      .filter((recipe) => recipe && preferences && mayServe(recipe, entry.slot, preferences));
    const served = new Set(entries.map((it) => it.recipe));
    const unserved = candidates.filter((recipe) => !served.has(recipe));
    entry.recipe = highest(unserved.length > 0 ? unserved : candidates, seed, number, entry);
  }
}

function highest(candidates, seed, number, { slot, position }) {
  const hash = mealHash(seed, number, SLOTS.indexOf(slot), position);
  const ranked = candidates.map((recipe) => ({ recipe, rank: rank(hash, recipe.key) }));
  return ranked.reduce((best, it) => (!best || it.rank >= best.rank ? it : best), undefined)?.recipe;
}
