// The nutrition of a day.

const GRAMS = ['proteinGrams', 'carbohydrateGrams', 'fatGrams', 'fibreGrams'];

/** The sum over meals, each times its servings, to a tenth; null when there is no meal, or one without nutrition. */
export function dayNutrition(meals) {
  if (meals.length === 0 || meals.some((meal) => meal.recipe.nutrition === null)) return null;
  const sum = (field) => meals.reduce((total, meal) => total + meal.recipe.nutrition[field] * meal.servings, 0);
  const grams = GRAMS.map((field) => [field, Math.round(sum(field) * 10) / 10]);
  return { energyKcal: sum('energyKcal'), ...Object.fromEntries(grams) };
}
