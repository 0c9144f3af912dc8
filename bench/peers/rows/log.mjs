// What members did and chose in a cycle.
import { select } from '../server/pool.mjs';
import { allEach } from './keys.mjs';

const COMPLETIONS = `
  SELECT cycle_id, day, position, workout_id, completed_at, effort
  FROM unnest($1::uuid[], $2::uuid[]) AS k (member_id, cycle_id)
  JOIN workout_completion USING (member_id, cycle_id)`;

const CHOICES = `
  SELECT cycle_id, day, slot, position, recipe_id, servings, eaten_at
  FROM unnest($1::uuid[], $2::uuid[]) AS k (member_id, cycle_id)
  JOIN meal_choice USING (member_id, cycle_id)`;

/** The completed workouts of each cycle. */
export function completions(cycles) {
  return ofCycles('completions', COMPLETIONS, cycles);
}

/** The swapped and eaten meals of each cycle. */
export function choices(cycles) {
  return ofCycles('choices', CHOICES, cycles);
}

async function ofCycles(name, text, cycles) {
  const keys = cycles.map((cycle) => cycle.key);
  const rows = await select(name, text, [cycles.map((cycle) => cycle.member.key), keys]);
  return allEach(keys, rows, (row) => row.cycle_id);
}
