// The catalogue in memory, complete: workouts with their exercises, recipes with their ingredients.
import { allExercises } from '../rows/exercise.mjs';
import { allProgrammes, programmeKey } from '../rows/programme.mjs';
import { allRecipes } from '../rows/recipe.mjs';
import { allWorkouts } from '../rows/workout.mjs';

/** Loads the catalogue. */
export async function loadCatalogue() {
  const [programmes, recipes, workouts] = [
    await allProgrammes(),
    await allRecipes(),
    await allWorkouts(await allExercises()),
  ];
  return {
    recipes,
    programme: (version) => programmes.get(programmeKey(version)),
    workout: (key) => workouts.get(key),
  };
}
