// Favourites.
import { select } from '../server/pool.mjs';

const FAVOURITES = `
  SELECT recipe_id FROM favourite_recipe WHERE member_id = $1 AND recipe_id = ANY($2)`;

/** Whether each recipe is a favourite of the member. */
export async function areFavourites(member, recipes) {
  const keys = recipes.map((recipe) => recipe.key);
  const rows = await select('favourites', FAVOURITES, [member.key, keys]);
  const favourites = new Set(rows.map((row) => row.recipe_id));
  return keys.map((key) => favourites.has(key));
}
