// The access that a subscription gives, and what it allows.
import { earliestLocalDate } from './date.mjs';

/** The access at a moment, by the times of a subscription. The ends are exclusive. */
export function access({ trial_ends_at: trial, expires_at: period, grace_ends_at: grace }, now) {
  const lasts = (end) => end !== null && now < end;
  // Shops report the end of a trial as the end of the period too.
  const hasPeriod = trial === null || (period !== null && period > trial);
  if (hasPeriod && (period === null || now < period)) return 'ACTIVE';
  if (lasts(trial)) return 'TRIAL';
  return lasts(grace) ? 'GRACE' : 'LAPSED';
}

/** Whether a date may be read: without access, only one that is over everywhere on earth. */
export function mayRead(date, memberAccess, now) {
  return ['TRIAL', 'ACTIVE', 'GRACE'].includes(memberAccess) || date < earliestLocalDate(now);
}
