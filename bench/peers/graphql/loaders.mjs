// The DataLoaders of a request, as the documentation of DataLoader has them: one for each kind of key.
import DataLoader from 'dataloader';
import { openCycles } from '../rows/cycle.mjs';
import { exercises } from '../rows/exercise.mjs';
import { areFavourites } from '../rows/favourite.mjs';
import { choices, completions } from '../rows/log.mjs';
import { activePlans } from '../rows/plan.mjs';
import { preferences } from '../rows/preferences.mjs';
import { programmeKey, programmes } from '../rows/programme.mjs';
import { ingredients, recipes } from '../rows/recipe.mjs';
import { workoutExercises, workouts } from '../rows/workout.mjs';

const byKey = { cacheKeyFn: (object) => object.key };

/** Loaders of what members own, by the object that they belong to. */
export function memberLoaders(now) {
  return {
    plan: new DataLoader(activePlans, byKey),
    cycle: new DataLoader((plans) => openCycles(plans, now), byKey),
    preferences: new DataLoader(preferences, byKey),
    completions: new DataLoader(completions, byKey),
    choices: new DataLoader(choices, byKey),
  };
}

/** The loader of whether recipes are favourites of the member. */
export function favouriteLoader(member) {
  return new DataLoader((keys) => areFavourites(member, keys), byKey);
}

/** Loaders of the catalogue. */
export function catalogueLoaders() {
  return {
    programme: new DataLoader(programmes, { cacheKeyFn: programmeKey }),
    recipe: new DataLoader(recipes),
    ingredients: new DataLoader(ingredients),
    workout: new DataLoader(workouts),
    workoutExercises: new DataLoader(workoutExercises),
    exercise: new DataLoader(exercises),
  };
}
