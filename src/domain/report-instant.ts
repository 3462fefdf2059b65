const extended =
  /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2})(?::(\d{2})(?::(\d{2})(?:[.,](\d{1,12}))?)?)?([Zz]|[+-]\d{2}(?::?\d{2}(?::\d{2})?)?)?)?$/;
const basic =
  /^(\d{4})(\d{2})(\d{2})(?:[Tt](\d{2})(?:(\d{2})(?:(\d{2})(?:[.,](\d{1,12}))?)?)?([Zz]|[+-]\d{2}(?:\d{2})?)?)?$/;

const minuteMs = 60_000;

function offsetMs(zone: string | undefined): number | null {
  if (zone === undefined || zone === 'Z' || zone === 'z') return 0;
  const digits = zone.slice(1).replaceAll(':', '');
  const hours = Number(digits.slice(0, 2));
  const minutes = Number(digits.slice(2, 4) || '0');
  const seconds = Number(digits.slice(4, 6) || '0');
  if (hours > 23 || minutes > 59 || seconds > 59) return null;
  return (zone.startsWith('-') ? -1 : 1) * ((hours * 60 + minutes) * minuteMs + seconds * 1000);
}

/**
 * Reads an ISO 8601 date, or date and time, in extended or basic form; a space may replace the T, as in Python's
 * `str(datetime)`. Without an offset the time is in UTC, and a date alone is midnight UTC. Returns the instant with
 * microseconds, as the database stores it, or null for other text, even if `new Date` would accept it.
 */
export function parseInstant(text: string): string | null {
  const match = extended.exec(text) ?? basic.exec(text);
  if (!match) return null;
  const [year, month, day, hour, minute, second] = match
    .slice(1, 7)
    .map((part: string | undefined) => Number(part ?? '0')) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const offset = offsetMs(match[8]);
  if (offset === null || year < 1 || month < 1 || month > 12 || day < 1) return null;
  // Day 0 of the next month is the last day of this month. Date.UTC reads years below 100 as 19xx, hence 2000.
  const lastDay = new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
  // 24:00 is the end of a day and second 60 is a leap second; both mean the following instant.
  if (day > lastDay || minute > 59 || second > 60) return null;
  if (hour > 24 || (hour === 24 && (minute > 0 || second > 0 || Number(match[7] ?? '0') > 0))) return null;

  const microseconds = (match[7] ?? '').padEnd(6, '0').slice(0, 6);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second, Number(microseconds.slice(0, 3)));
  date.setTime(date.getTime() - offset);
  if (date.getUTCFullYear() < 1 || date.getUTCFullYear() > 9999) return null;
  const iso = date.toISOString();
  return microseconds.endsWith('000') ? iso : `${iso.slice(0, -1)}${microseconds.slice(3)}Z`;
}
