/** What most people mean by a schedule: a time of day, on days of the week or on one day of each month. */
export type PlainTimes =
  | { type: 'weekly'; time: string; days: readonly number[] }
  | { type: 'monthly'; time: string; day: number | 'last' };

/** Days of the week; Sunday is 0. */
export const weekDays = [0, 1, 2, 3, 4, 5, 6] as const;
export const monthDays: readonly (number | 'last')[] = [
  ...Array.from({ length: 31 }, (_, i) => i + 1),
  'last',
];

const clock = /^([01]\d|2[0-3]):([0-5]\d)$/;

export const isClockTime = (text: string): boolean => clock.test(text);

/** Returns the cron pattern that stores these times. */
export function writePlainTimes(times: PlainTimes): string {
  const [hour, minute] = times.time.split(':').map(Number);
  if (times.type === 'monthly') return `${minute} ${hour} ${times.day === 'last' ? 'L' : times.day} * *`;
  const days = weekDays.filter((day) => times.days.includes(day));
  if (days.length === weekDays.length) return `${minute} ${hour} * * *`;
  return `${minute} ${hour} * * ${days.join() === '1,2,3,4,5' ? '1-5' : days.join()}`;
}

/** Reads a cron pattern as plain times; null if they cannot express it. */
export function readPlainTimes(expression: string): PlainTimes | null {
  const pattern = /^(\d{1,2}) (\d{1,2}) (\*|L|\d{1,2}) \* (\*|[0-7](?:[-,][0-7])*)$/;
  const [, minute = '', hour = '', dayOfMonth = '', dayOfWeek = ''] =
    pattern.exec(expression.trim().replace(/\s+/g, ' ').toUpperCase()) ?? [];
  const time = `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`;
  if (!isClockTime(time)) return null;
  if (dayOfMonth !== '*') {
    const day = dayOfMonth === 'L' ? 'last' : Number(dayOfMonth);
    return dayOfWeek === '*' && monthDays.includes(day) ? { type: 'monthly', time, day } : null;
  }
  const days = dayOfWeek === '*' ? weekDays : readWeekDays(dayOfWeek);
  return days === null ? null : { type: 'weekly', time, days };
}

/** Reads '1-5' or '1,3,0'; 7 is also Sunday. Null for anything but a list of days and ascending ranges. */
function readWeekDays(field: string): number[] | null {
  const days = new Set<number>();
  for (const part of field.split(',')) {
    const [from = Number.NaN, to = from, ...rest] = part.split('-').map(Number);
    if (rest.length > 0 || to < from) return null;
    for (let day = from; day <= to; day += 1) days.add(day % 7);
  }
  return [...days].sort((left, right) => left - right);
}
