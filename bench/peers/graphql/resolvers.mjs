// Resolvers over DataLoaders, for servers that execute with graphql-js.
import { planDay, todaysNumber } from '../day/plan.mjs';
import { progress } from '../day/progress.mjs';
import { findMember } from '../rows/member.mjs';
import { issuer } from '../server/settings.mjs';
import { requireAccess } from './access_error.mjs';
import { catalogueLoaders, favouriteLoader, memberLoaders } from './loaders.mjs';

/** What resolvers need of a request; without `catalogue`, it is read from Postgres. */
export function requestContext(subject, catalogue) {
  const now = new Date();
  const loaders = { ...memberLoaders(now), ...(catalogue ? {} : catalogueLoaders()) };
  return { subject, now, loaders, catalogue };
}

/** The resolvers; without `catalogue`, those of the catalogue's fields too. */
export function resolvers(catalogue) {
  return catalogue ? MEMBER_FIELDS : { ...MEMBER_FIELDS, ...CATALOGUE_FIELDS, Recipe: RECIPE_IN_POSTGRES };
}

const RECIPE = {
  isFavourite: (recipe, _, { favourites }) => favourites.load(recipe),
};

const MEMBER_FIELDS = {
  Query: {
    me: async (_, __, context) => {
      const member = await findMember(issuer, context.subject, context.now);
      if (member) context.favourites = favouriteLoader(member);
      return member;
    },
  },
  Member: {
    plan: (member, _, { loaders }) => loaders.plan.load(member),
  },
  Plan: {
    currentCycle: (plan, _, { loaders }) => loaders.cycle.load(plan),
  },
  Cycle: {
    progress: async (cycle, _, context) => progress(cycle, await schedule(cycle, context)),
    today: async (cycle, _, context) => {
      const number = todaysNumber(cycle);
      if (number === null) return null;
      requireAccess(cycle, context.now);
      return planDay(cycle, number, await schedule(cycle, context), recipeFinder(context));
    },
  },
  ScheduledWorkout: {
    workout: ({ workoutKey }, _, { catalogue, loaders }) =>
      catalogue ? catalogue.workout(workoutKey) : loaders.workout.load(workoutKey),
  },
  Recipe: RECIPE,
};

const CATALOGUE_FIELDS = {
  Workout: {
    exercises: (workout, _, { loaders }) => loaders.workoutExercises.load(workout.key),
  },
  WorkoutExercise: {
    exercise: (part, _, { loaders }) => loaders.exercise.load(part.exerciseKey),
  },
};

const RECIPE_IN_POSTGRES = {
  ...RECIPE,
  ingredients: (recipe, _, { loaders }) => loaders.ingredients.load(recipe.key),
};

async function schedule(cycle, { catalogue, loaders }) {
  const [history, completions, choices, programme] = await Promise.all([
    loaders.preferences.load(cycle.member),
    loaders.completions.load(cycle),
    loaders.choices.load(cycle),
    catalogue ? catalogue.programme(cycle.programme) : loaders.programme.load(cycle.programme),
  ]);
  return { history, completions, choices, programme };
}

function recipeFinder({ catalogue, loaders }) {
  if (catalogue) return () => catalogue.recipes;
  return async (keys) => {
    const found = await loaders.recipe.loadMany(keys);
    return new Map(keys.map((key, index) => [key, found[index]]));
  };
}
