// Dates as texts such as 2026-03-14, which compare as they follow each other.

/** Days in a cycle, which are numbered from 1. */
export const CYCLE_DAYS = 28;

const DAY = 24 * 60 * 60 * 1000;
const HOUR = 60 * 60 * 1000;
const formats = new Map();

/** The date that it is at a moment in a time zone. */
export function localDate(moment, timeZone) {
  let format = formats.get(timeZone);
  if (!format) {
    // The Canadian form of dates is the one of ISO 8601.
    format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
    formats.set(timeZone, format);
  }
  return format.format(moment);
}

/** The date that it is in the westernmost zone: all dates before are over everywhere on earth. */
export function earliestLocalDate(now) {
  return new Date(now.getTime() - 12 * HOUR).toISOString().slice(0, 10);
}

/** The date so many days later. */
export function addDays(date, days) {
  return new Date(Date.parse(date) + days * DAY).toISOString().slice(0, 10);
}

/** The days from one date to another. */
export function daysBetween(from, to) {
  return (Date.parse(to) - Date.parse(from)) / DAY;
}

/** A moment as the API writes it, to the second; null stays null. */
export function timestamp(moment) {
  return moment && `${moment.toISOString().slice(0, 19)}Z`;
}
