// A member's progress in a cycle.
import { CYCLE_DAYS, daysBetween } from './date.mjs';

/** The progress, by the programme and the log of all days. */
export function progress(cycle, { programme, completions, choices }) {
  const planned = programme.days.reduce((sum, day) => sum + day.workouts.length, 0);
  const isPlanned = (row) => row.position <= (programme.days[row.day - 1]?.workouts.length ?? 0);
  const completed = completions.filter(isPlanned).length;
  const elapsed = daysBetween(cycle.startsOn, cycle.today) + 1;
  return {
    workoutsCompleted: completed,
    workoutsPlanned: planned,
    mealsLogged: choices.filter((row) => row.eaten_at !== null).length,
    daysElapsed: Math.min(Math.max(elapsed, 0), CYCLE_DAYS),
    percent: planned === 0 ? 0 : Math.floor((100 * completed) / planned),
  };
}
