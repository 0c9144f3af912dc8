// Days: computed from the programme, the preferences and the seed of the cycle, overlaid with the member's log.
import { CYCLE_DAYS, addDays, daysBetween, timestamp } from './date.mjs';
import { opaqueId } from './id.mjs';
import { SLOTS, mayServe, plannedMeals, replaceMissing } from './menu.mjs';
import { dayNutrition } from './nutrition.mjs';

/** The number of the cycle's day that it is now, or null outside the cycle. */
export function todaysNumber(cycle) {
  const number = daysBetween(cycle.startsOn, cycle.today) + 1;
  return number >= 1 && number <= CYCLE_DAYS ? number : null;
}

/** The preferences that are effective on a date: the latest up to then, else the first; undefined without any. */
export function effectiveOn(history, date) {
  return history.findLast((entry) => entry.effective_from <= date) ?? history[0];
}

/**
 * The day of a cycle with this number. `schedule` has the programme and the rows of the member; `findRecipes` returns
 * those of the keys, as a Map or the promise of one.
 */
export async function planDay(cycle, number, schedule, findRecipes) {
  const { programme, history } = schedule;
  const date = addDays(cycle.startsOn, number - 1);
  const content = programme.days[number - 1];
  const preferences = effectiveOn(history, date);
  const choices = schedule.choices.filter((row) => row.day === number);
  const wanted = [...content.meals.map((meal) => meal.recipe), ...choices.map((row) => row.recipe_id)];
  let recipes = await findRecipes(wanted);
  const entries = plannedMeals(content.meals, recipes, preferences);
  if (entries.some((entry) => !entry.recipe)) {
    const { replacements } = programme;
    recipes = await findRecipes([...wanted, ...replacements]);
    replaceMissing(entries, { seed: cycle.seed, number, replacements, recipes, preferences });
  }
  const key = [cycle.member.key, cycle.key, number];
  const meals = entries.flatMap((entry) => meal(key, entry, choices, recipes, preferences) ?? []);
  return {
    id: opaqueId('day', ...key),
    number,
    date,
    workouts: content.workouts.map((planned, index) => workout(key, index + 1, planned, schedule.completions)),
    meals,
    nutrition: dayNutrition(meals),
  };
}

function workout(day, position, planned, completions) {
  const done = completions.find((row) => row.day === day[2] && row.position === position);
  return {
    id: opaqueId('swk', ...day, position),
    position,
    workoutKey: done?.workout_id ?? planned,
    completedAt: timestamp(done?.completed_at ?? null),
    effort: done?.effort ?? null,
  };
}

function meal(day, { slot, position, recipe }, choices, recipes, preferences) {
  const row = choices.find((it) => it.slot === slot && it.position === position);
  const chosen = row && recipes.get(row.recipe_id);
  // What was chosen and not eaten has to be fit to be served.
  const counts = row && (row.eaten_at || (chosen && preferences && mayServe(chosen, slot, preferences)));
  const served = counts ? chosen : recipe;
  if (!served) return null;
  return {
    id: opaqueId('pml', ...day, SLOTS.indexOf(slot), position),
    slot,
    position,
    recipe: served,
    servings: counts ? row.servings : 1,
    eatenAt: counts ? timestamp(row.eaten_at) : null,
  };
}
