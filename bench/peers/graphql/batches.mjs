// Resolvers and batch loaders for Mercurius.
import { planDay, todaysNumber } from '../day/plan.mjs';
import { progress } from '../day/progress.mjs';
import { openCycles } from '../rows/cycle.mjs';
import { exercises } from '../rows/exercise.mjs';
import { areFavourites } from '../rows/favourite.mjs';
import { choices, completions } from '../rows/log.mjs';
import { findMember } from '../rows/member.mjs';
import { activePlans } from '../rows/plan.mjs';
import { preferences } from '../rows/preferences.mjs';
import { programmes } from '../rows/programme.mjs';
import { ingredients, recipes } from '../rows/recipe.mjs';
import { workoutExercises, workouts } from '../rows/workout.mjs';
import { issuer } from '../server/settings.mjs';
import { requireAccess } from './access_error.mjs';

/** The plain resolvers. */
export function batchResolvers(catalogue) {
  const workout = catalogue && { ScheduledWorkout: { workout: ({ workoutKey }) => catalogue.workout(workoutKey) } };
  return {
    Query: {
      me: async (_, __, context) => {
        context.member = await findMember(issuer, context.subject, context.now);
        return context.member;
      },
    },
    ...workout,
  };
}

/** The batch loaders; without `catalogue`, those of the catalogue's fields too. */
export function batchLoaders(catalogue) {
  const ofMembers = {
    Member: { plan: batch((members) => activePlans(members)) },
    Plan: { currentCycle: batch((plans, { now }) => openCycles(plans, now)) },
    Cycle: {
      progress: batch(async (cycles, context) => {
        const schedules = await schedulesOf(cycles, context, catalogue);
        return cycles.map((cycle, index) => progress(cycle, schedules[index]));
      }),
      today: batch((cycles, context) => todays(cycles, context, catalogue)),
    },
    Recipe: { isFavourite: batch((found, { member }) => areFavourites(member, found)) },
  };
  if (catalogue) return ofMembers;
  return {
    ...ofMembers,
    Recipe: { ...ofMembers.Recipe, ingredients: batch((found) => ingredients(found.map((it) => it.key))) },
    ScheduledWorkout: { workout: batch((found) => workouts(found.map((it) => it.workoutKey))) },
    Workout: { exercises: batch((found) => workoutExercises(found.map((it) => it.key))) },
    WorkoutExercise: { exercise: batch((found) => distinct(found.map((it) => it.exerciseKey), exercises)) },
  };
}

/**
 * A loader without Mercurius' cache, which would serialise each object to a key: all objects of a batch are different
 * here.
 */
function batch(load) {
  return { loader: (queries, context) => load(queries.map((query) => query.obj), context), opts: { cache: false } };
}

async function todays(cycles, context, catalogue) {
  const open = cycles.filter((cycle) => todaysNumber(cycle) !== null);
  for (const cycle of open) requireAccess(cycle, context.now);
  const schedules = await schedulesOf(cycles, context, catalogue);
  const days = cycles.map((cycle, index) => {
    const number = todaysNumber(cycle);
    return number === null ? null : planDay(cycle, number, schedules[index], recipeFinder(catalogue));
  });
  return Promise.all(days);
}

/** What progress and today of the same cycles are both computed from; they are loaded once in a request. */
function schedulesOf(cycles, context, catalogue) {
  context.schedules ??= loadSchedules(cycles, catalogue);
  return context.schedules;
}

async function loadSchedules(cycles, catalogue) {
  const [histories, done, chosen, contents] = await Promise.all([
    preferences(cycles.map((cycle) => cycle.member)),
    completions(cycles),
    choices(cycles),
    catalogue
      ? cycles.map((cycle) => catalogue.programme(cycle.programme))
      : programmes(cycles.map((cycle) => cycle.programme)),
  ]);
  return cycles.map((_, index) => ({
    history: histories[index],
    completions: done[index],
    choices: chosen[index],
    programme: contents[index],
  }));
}

function recipeFinder(catalogue) {
  if (catalogue) return () => catalogue.recipes;
  const known = new Map();
  return async (keys) => {
    const unknown = [...new Set(keys)].filter((key) => !known.has(key));
    const found = await recipes(unknown);
    found.forEach((recipe, index) => known.set(unknown[index], recipe));
    return known;
  };
}

/** Loads each key once, and returns a result for each of `keys`. */
async function distinct(keys, load) {
  const unique = [...new Set(keys)];
  const results = await load(unique);
  const byKey = new Map(unique.map((key, index) => [key, results[index]]));
  return keys.map((key) => byKey.get(key));
}
