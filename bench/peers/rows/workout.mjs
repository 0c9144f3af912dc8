// Workouts.
import { opaqueId } from '../day/id.mjs';
import { select } from '../server/pool.mjs';
import { IMAGE, image } from './image.mjs';
import { allEach, oneEach } from './keys.mjs';

const WORKOUTS = `SELECT id, title, duration_minutes, level, focus, equipment, ${IMAGE} FROM workout`;

const PARTS = 'SELECT workout_id, exercise_id, sets, reps, seconds, rest_seconds FROM workout_exercise';

/** The workouts with these keys, each without its exercises. */
export async function workouts(keys) {
  const rows = await select('workouts', `${WORKOUTS} WHERE id = ANY($1)`, [keys]);
  return oneEach(keys, rows.map(workout), (it) => it.key);
}

/** The parts of each workout, each with the key of its exercise. */
export async function workoutExercises(keys) {
  const text = `${PARTS} WHERE workout_id = ANY($1) ORDER BY workout_id, position`;
  return allEach(keys, (await select('parts', text, [keys])).map(part), (it) => it.workoutKey);
}

/** All workouts by their keys, with their parts and the exercises of these. */
export async function allWorkouts(exercises) {
  const found = (await select('all_workouts', WORKOUTS, [])).map(workout);
  const rows = await select('all_parts', `${PARTS} ORDER BY workout_id, position`, []);
  const complete = rows.map(part).map((it) => ({ ...it, exercise: exercises.get(it.exerciseKey) }));
  const parts = allEach(found.map((it) => it.key), complete, (it) => it.workoutKey);
  return new Map(found.map((it, index) => [it.key, { ...it, exercises: parts[index] }]));
}

function workout(row) {
  return {
    key: row.id,
    id: opaqueId('wrk', row.id),
    title: row.title,
    durationMinutes: row.duration_minutes,
    level: row.level,
    focus: row.focus,
    equipment: row.equipment,
    image: image(row),
  };
}

function part(row) {
  return {
    workoutKey: row.workout_id,
    exerciseKey: row.exercise_id,
    sets: row.sets,
    reps: row.reps,
    seconds: row.seconds,
    restSeconds: row.rest_seconds,
  };
}
