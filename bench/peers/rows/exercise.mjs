// Exercises.
import { opaqueId } from '../day/id.mjs';
import { select } from '../server/pool.mjs';
import { IMAGE, image } from './image.mjs';
import { oneEach } from './keys.mjs';

const EXERCISES = `SELECT id, name, muscles, equipment, instructions, ${IMAGE} FROM exercise`;

/** The exercises with these keys. */
export async function exercises(keys) {
  const rows = await select('exercises', `${EXERCISES} WHERE id = ANY($1)`, [keys]);
  return oneEach(keys, rows.map(exercise), (it) => it.key);
}

/** All exercises, by their keys. */
export async function allExercises() {
  const rows = await select('all_exercises', EXERCISES, []);
  return new Map(rows.map(exercise).map((it) => [it.key, it]));
}

function exercise(row) {
  return {
    key: row.id,
    id: opaqueId('exr', row.id),
    name: row.name,
    muscles: row.muscles,
    equipment: row.equipment,
    instructions: row.instructions,
    image: image(row),
  };
}
