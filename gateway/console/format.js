// Numbers, times and durations, as people read them.
import { h } from './dom.js';

const TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const YEAR = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

/** For values that are not there. */
export const NONE = '–';

/** A time in the zone of the browser, with the day unless it is today; UTC is shown on hover. */
export function time(iso) {
  if (!iso) return NONE;
  const at = new Date(iso);
  const now = new Date();
  const day = at.getFullYear() === now.getFullYear() ? DAY : YEAR;
  const text = at.toDateString() === now.toDateString() ? TIME.format(at) : `${day.format(at)} ${TIME.format(at)}`;
  return h('time', { datetime: iso, title: utc(at) }, text);
}

/** A time in UTC, such as `2026-03-20 18:00:02 UTC`. */
export function utc(at) {
  return `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** An age in two units at most, as `coach queue list` has it: `59s`, `3m 20s`, `5h 2m`, `12d 4h`. */
export function age(seconds) {
  if (seconds === null || seconds === undefined) return NONE;
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole}s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)}m ${whole % 60}s`;
  if (whole < 86_400) return `${Math.floor(whole / 3_600)}h ${Math.floor((whole % 3_600) / 60)}m`;
  return `${Math.floor(whole / 86_400)}d ${Math.floor((whole % 86_400) / 3_600)}h`;
}

/** The age at this moment of something that happened at `iso`. */
export function ageSince(iso, now = Date.now()) {
  return age((now - Date.parse(iso)) / 1000);
}

/** A duration in milliseconds, with three digits: `0.42 ms`, `38.1 ms`, `1.25 s`. */
export function duration(ms) {
  if (ms === null || ms === undefined) return NONE;
  if (ms >= 1000) return `${(ms / 1000).toPrecision(3)} s`;
  return `${ms >= 100 ? Math.round(ms) : Number(ms.toPrecision(3))} ms`;
}

/** `1 message`, `2 messages`, `1,200 messages`. */
export function counted(number, singular) {
  return `${count(number)} ${singular}${number === 1 ? '' : 's'}`;
}

/** A number with separators. */
export function count(number) {
  return number === null || number === undefined ? NONE : number.toLocaleString('en-GB');
}

/** The value of `<input type="datetime-local">` for a time, in the zone of the browser. */
export function toLocalInput(at) {
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}
