// The stages of a live session.
import { badge } from './table.js';

const TONES = { LIVE: 'bad', FAILED: 'warn', SCHEDULED: 'blue' };
const WORDS = { SCHEDULED: 'scheduled', LIVE: 'live', ENDED: 'ended', FAILED: 'failed' };

/** A stage, in the notation of the API or of the status file. */
export function liveBadge(state) {
  if (!state) return 'none announced';
  const upper = state.toUpperCase();
  return badge(WORDS[upper] ?? state, TONES[upper]);
}
