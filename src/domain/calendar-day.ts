import { isValid, parseISO } from 'date-fns';
import { millisecondsInDay } from 'date-fns/constants';

/**
 * Whether a value from outside is an existing date, such as `2026-11-21`. Year 1 does not count: east of UTC it starts in year 0,
 * which PostgreSQL does not have.
 */
export function isCalendarDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !/^000[01]/.test(text) && isValid(parseISO(text));
}

// Creating a format costs more than using it a hundred times, and startOfDay uses it about 24 times.
const formats = new Map<string, Intl.DateTimeFormat>();

function dayFormat(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en', {
      timeZone,
      calendar: 'iso8601',
      numberingSystem: 'latn',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    });
    if (formats.size >= 100) formats.clear();
    formats.set(timeZone, format);
  }
  return format;
}

/** Returns the date in a time zone. */
export function dayIn(timeZone: string, at: Date): string {
  const parts = dayFormat(timeZone).formatToParts(at);
  const part = (type: string) => parts.find((found) => found.type === type)?.value ?? '';
  return `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`;
}

/** Returns the date `count` days later, or earlier if negative. */
export function addDays(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * millisecondsInDay).toISOString().slice(0, 10);
}

/** Returns the last days up to and including a date, oldest first. */
export function lastDays(day: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => addDays(day, index - count + 1));
}

/**
 * Returns the instant at which a day starts in a time zone. If daylight saving skips midnight, this is the first instant
 * after the gap; if midnight occurs twice, the first one.
 */
export function startOfDay(day: string, timeZone: string): Date {
  // No zone is more than 14 hours from UTC, so the day starts within this window, and dates only increase in it.
  let before = Date.parse(`${day}T00:00:00Z`) - millisecondsInDay;
  let within = before + 2 * millisecondsInDay;
  while (within - before > 1) {
    const middle = Math.floor((before + within) / 2);
    if (dayIn(timeZone, new Date(middle)) < day) before = middle;
    else within = middle;
  }
  return new Date(within);
}
