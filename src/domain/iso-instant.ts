const extended =
  /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2})(?::(\d{2})(?::(\d{2})(?:[.,](\d{1,12}))?)?)?([Zz]|[+-]\d{2}(?::?\d{2}(?::\d{2})?)?)?)?$/;
const basic =
  /^(\d{4})(\d{2})(\d{2})(?:[Tt](\d{2})(?:(\d{2})(?:(\d{2})(?:[.,](\d{1,12}))?)?)?([Zz]|[+-]\d{2}(?:\d{2})?)?)?$/;

const minuteMs = 60_000;

/** What a clock shows, in milliseconds as if it were UTC, with the rest of its microseconds (0 to 999). */
export interface WallTime {
  ms: number;
  microseconds: number;
}

/** Returns the offset in milliseconds; null for an impossible one. */
export function offsetMsOf(sign: string, hours: string, minutes = '0', seconds = '0'): number | null {
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return null;
  const ms = (Number(hours) * 60 + Number(minutes)) * minuteMs + Number(seconds) * 1000;
  return sign === '-' ? -ms : ms;
}

function offsetMsOfZone(zone: string): number | null {
  if (zone === 'Z' || zone === 'z') return 0;
  const digits = zone.slice(1).replaceAll(':', '');
  return offsetMsOf(zone[0]!, digits.slice(0, 2), digits.slice(2, 4), digits.slice(4, 6));
}

/** Returns what a clock shows; null for a date or time that does not exist. */
export function wallTimeOf(
  [year, month, day, hour, minute, second]: readonly number[],
  fraction = '',
): WallTime | null {
  if (year! < 1 || month! < 1 || month! > 12 || day! < 1) return null;
  // Day 0 of the next month is the last day of this month. Date.UTC reads years below 100 as 19xx, hence 2000.
  const lastDay = new Date(Date.UTC(2000 + (year! % 400), month, 0)).getUTCDate();
  // 24:00 is the end of a day and second 60 is a leap second; both mean the following instant.
  if (day! > lastDay || minute! > 59 || second! > 60) return null;
  if (hour! > 24 || (hour === 24 && (minute! > 0 || second! > 0 || Number(fraction) > 0))) return null;
  const digits = fraction.padEnd(6, '0').slice(0, 6);
  const date = new Date(0);
  date.setUTCFullYear(year!, month! - 1, day);
  date.setUTCHours(hour!, minute, second, Number(digits.slice(0, 3)));
  return { ms: date.getTime(), microseconds: Number(digits.slice(3)) };
}

/** Writes an instant with microseconds, as the database stores it; null outside the years 1 to 9999. */
export function formatInstant({ ms, microseconds }: WallTime): string | null {
  const date = new Date(ms);
  const year = date.getUTCFullYear();
  if (Number.isNaN(year) || year < 1 || year > 9999) return null;
  const iso = date.toISOString();
  return microseconds === 0 ? iso : `${iso.slice(0, -1)}${String(microseconds).padStart(3, '0')}Z`;
}

/** Reads ISO 8601, with the offset if it has one; null for other text. */
export function readIso(text: string): { wall: WallTime; offsetMs: number | null } | null {
  const match = extended.exec(text) ?? basic.exec(text);
  if (!match) return null;
  const parts = match.slice(1, 7).map((part: string | undefined) => Number(part ?? '0'));
  const zone = match[8];
  const wall = wallTimeOf(parts, match[7]);
  const offsetMs = zone === undefined ? null : offsetMsOfZone(zone);
  return wall === null || (zone !== undefined && offsetMs === null) ? null : { wall, offsetMs };
}

/**
 * Reads an ISO 8601 date, or date and time, in extended or basic form; a space may replace the T, as in Python's
 * `str(datetime)`. Without an offset the time is in UTC, and a date alone is midnight UTC. Returns the instant with
 * microseconds, as the database stores it, or null for other text, even if `new Date` would accept it.
 */
export function parseInstant(text: string): string | null {
  const read = readIso(text);
  return read && formatInstant({ ...read.wall, ms: read.wall.ms - (read.offsetMs ?? 0) });
}
