import { isValid, parseISO } from 'date-fns';
import { millisecondsInDay } from 'date-fns/constants';

/** Whether a value from outside is a day that exists, as `2026-11-21`. */
export function isCalendarDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !text.startsWith('0000') && isValid(parseISO(text));
}

// Making a format costs more than using it a hundred times, and the start of a day takes two dozen steps.
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

/** The day that it is in a time zone. */
export function dayIn(timeZone: string, at: Date): string {
  const parts = dayFormat(timeZone).formatToParts(at);
  const part = (type: string) => parts.find((found) => found.type === type)?.value ?? '';
  return `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`;
}

/** The day so many days later, or earlier. */
export function addDays(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * millisecondsInDay).toISOString().slice(0, 10);
}

/** The last days up to and with one, oldest first. */
export function lastDays(day: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => addDays(day, index - count + 1));
}

/**
 * The instant at which a day begins in a time zone. Where daylight saving skips midnight, that is the first instant
 * after the gap; where midnight comes twice, the first one.
 */
export function startOfDay(day: string, timeZone: string): Date {
  // No zone is further from UTC than 14 hours, so the day begins within this window and days ascend in it.
  let before = Date.parse(`${day}T00:00:00Z`) - millisecondsInDay;
  let within = before + 2 * millisecondsInDay;
  while (within - before > 1) {
    const middle = Math.floor((before + within) / 2);
    if (dayIn(timeZone, new Date(middle)) < day) before = middle;
    else within = middle;
  }
  return new Date(within);
}
