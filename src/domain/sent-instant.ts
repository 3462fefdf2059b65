import { trimText } from './name-text.ts';
import { formatInstant, offsetMsOf, readIso, type WallTime, wallTimeOf } from './iso-instant.ts';
import { instantOfWallTime, isKnownTimeZone, offsetSpanAt } from './schedule/time-zone.ts';

/** What a sender's time says: an instant, what a clock showed somewhere, or that it says neither and why. */
export type SentInstant =
  | { kind: 'instant'; at: string }
  | { kind: 'wall'; wall: WallTime }
  | { kind: 'missing' }
  | { kind: 'unclear'; problem: string };

const unclear = (problem: string): SentInstant => ({ kind: 'unclear', problem });
const unreadable = unclear('cannot be read as a date and time: send for example 2026-11-27T15:00:00+09:00');
const unclearOrder = unclear('does not say which number is the month: send for example 2026-11-27');
const unclearZone = unclear('has a time zone with several meanings: send an offset such as +09:00');
const charactersMax = 100;

function instant(wall: WallTime, offsetMs: number): SentInstant {
  const at = formatInstant({ ...wall, ms: wall.ms - offsetMs });
  return at === null ? unreadable : { kind: 'instant', at };
}

function instantInZone(wall: WallTime, timeZone: string): SentInstant {
  return instant({ ...wall, ms: instantOfWallTime(timeZone, wall.ms) }, 0);
}

/** Digits per second since 1970, by the length of a number that names a time after 1973 and before 2286. */
const epochDigits: Record<number, number> = { 9: 0, 10: 0, 12: 3, 13: 3, 15: 6, 16: 6, 18: 9, 19: 9 };

/** Reads seconds, milliseconds, microseconds or nanoseconds since 1970, or a date such as 20261127150000. */
function readDigits(whole: string, fraction: string): SentInstant {
  const date = /^((?:19[7-9]|20\d)\d)(\d\d)(\d\d)(?:(\d\d)(\d\d)(?:(\d\d)(\d{3})?)?)?$/.exec(whole);
  if (date) {
    const parts = date.slice(1, 7).map((part: string | undefined) => Number(part ?? '0'));
    const wall = wallTimeOf(parts, date[7] ?? fraction);
    if (wall) return { kind: 'wall', wall };
  }
  const digits = epochDigits[whole.length];
  if (digits === undefined) return unreadable;
  const microseconds = BigInt(
    (whole + fraction).slice(0, whole.length + 6 - digits).padEnd(whole.length + 6 - digits, '0'),
  );
  return instant({ ms: Number(microseconds / 1000n), microseconds: Number(microseconds % 1000n) }, 0);
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const month = `(${months.join('|')})[a-z]*`;
const dates: readonly [pattern: RegExp, order: 'ymd' | 'dmy' | 'mdy'][] = [
  [/(\d{4})年 ?(\d{1,2})月 ?(\d{1,2})日/, 'ymd'],
  [/(?<!\d)(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)/, 'ymd'],
  [new RegExp(`(?<!\\d)(\\d{1,2})[-/ ]${month}\\.?[-/, ]+(\\d{4})(?!\\d)`), 'dmy'],
  [new RegExp(`\\b${month}\\.? (\\d{1,2})(?:st|nd|rd|th)?,? (\\d{4})(?![\\d:])`), 'mdy'],
];
// As `date` and ctime write it: the year stands at the end, after the time.
const datesWithoutYear: readonly [pattern: RegExp, order: 'dmy' | 'mdy'][] = [
  [new RegExp(`\\b${month} (\\d{1,2})(?![\\d:])`), 'mdy'],
  [new RegExp(`(?<!\\d)(\\d{1,2}) ${month}\\b`), 'dmy'],
];
const lastYear = /(?<![\d:.,+-])(\d{4})$/;
const numberedDay = /(?<!\d)\d{1,2}([-/.])\d{1,2}\1(\d{4}|\d{2})(?!\d)/;
const clockTime = /(?:^|[t: ]|(?<=[前後]))(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,12}))?)?(?![\d:])/;
const clockTimes = [
  clockTime,
  /(?<!\d)(\d{1,2})時 ?(?:(\d{1,2})分 ?(?:(\d{1,2})秒)?)?/,
  /(?:^|[t_ ])(\d{2})(\d{2})(\d{2})(?!\d)/,
  /t(\d{2})(\d{2})(?!\d)/,
];
const halfDay = /(?:\b|(?<=\d))(am|pm|a\.m\.|p\.m\.)(?![a-z])|午前|午後/;
const offset = /(?:\b(?:utc|gmt))? ?([+-])(\d{1,2})(?::?(\d{2})(?::?(\d{2}))?)?(?!\d)/;
const weekdays = /(?<![a-z])(mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?|[(（]?[月火水木金土日](?:曜日?)?[)）]?/;

/** Abbreviations with one meaning only. */
const zoneHours: Record<string, number> = {
  z: 0,
  ut: 0,
  utc: 0,
  gmt: 0,
  jst: 9,
  kst: 9,
  cet: 1,
  cest: 2,
  eet: 2,
  eest: 3,
  edt: -4,
  pdt: -7,
};

/** Takes parts out of a text, so that in the end nothing may be left. */
class Parts {
  rest: string;

  constructor(text: string) {
    this.rest = text;
  }

  take(pattern: RegExp): RegExpExecArray | null {
    const match = pattern.exec(this.rest);
    if (match) {
      const after = this.rest.slice(match.index + match[0].length);
      this.rest = `${this.rest.slice(0, match.index)} ${after}`.replaceAll(/ +/g, ' ').trim();
    }
    return match;
  }
}

function dateFrom(match: RegExpExecArray, order: 'ymd' | 'dmy' | 'mdy'): [number, number, number] {
  const [first, second, third = '0'] = match.slice(1).filter((part) => !/^[-/.]$/.test(part));
  const monthOf = (name: string) => months.indexOf(name) + 1;
  if (order === 'ymd') return [Number(first), Number(second), Number(third)];
  if (order === 'dmy') return [Number(third), monthOf(second!), Number(first)];
  return [Number(third), monthOf(first!), Number(second)];
}

function takeDate(parts: Parts): [number, number, number] | SentInstant {
  for (const [pattern, order] of dates) {
    const match = parts.take(pattern);
    if (match) return dateFrom(match, order);
  }
  if (numberedDay.test(parts.rest)) return unclearOrder;
  for (const [pattern, order] of datesWithoutYear) {
    const match = parts.take(pattern);
    if (!match) continue;
    const year = parts.take(lastYear);
    const [, monthNumber, day] = dateFrom(match, order);
    return year ? [Number(year[1]), monthNumber, day] : unclear('has no year of four digits');
  }
  return unreadable;
}

function takeTime(parts: Parts): { time: number[]; fraction: string } | null {
  for (const pattern of clockTimes) {
    const match = parts.take(pattern);
    if (!match) continue;
    const half = parts.take(halfDay)?.[0];
    const [hour, minute, second] = match.slice(1, 4).map((part: string | undefined) => Number(part ?? '0'));
    if (half && hour! > 12) return null;
    const isLater = half === '午後' || half?.startsWith('p');
    const hours = half ? (hour! % 12) + (isLater ? 12 : 0) : hour!;
    return { time: [hours, minute!, second!], fraction: match[4] ?? '' };
  }
  return { time: [0, 0, 0], fraction: '' };
}

/** Reads a date and time in words and numbers, whatever its parts are separated by. */
function readWords(text: string): SentInstant {
  const parts = new Parts(text.toLowerCase());
  parts.take(/ m=[+-][\d.]+$/); // Go's monotonic clock
  while (parts.take(/\[!?[a-z_][\w-]*=[\w-]+\]$/)); // a calendar, as Java writes it
  const inBrackets = parts.take(/\[!?([\w+/-]+)\]$/)?.[1];
  parts.take(/\((?![月火水木金土日](?:曜日?)?\))[^()]*\)$/); // JavaScript's name of the zone
  const date = takeDate(parts);
  if (!Array.isArray(date)) return date;
  const time = takeTime(parts);
  const zoneName = parts.take(/\b[a-z_]+\/[\w+/-]+/)?.[0] ?? inBrackets;
  const shift = parts.take(offset);
  parts.take(weekdays);
  const word = parts.take(/(?:^|(?<=[\d ]))[a-z]{1,5}$/)?.[0];
  if (!time || !/^[,:\s]*$/.test(parts.rest)) return unreadable;
  const wall = wallTimeOf([...date, ...time.time], time.fraction);
  if (!wall) return unreadable;
  // Beside an offset, the name of a zone only explains it.
  if (shift) {
    const offsetMs = offsetMsOf(shift[1]!, shift[2]!, shift[3], shift[4]);
    return offsetMs === null ? unreadable : instant(wall, offsetMs);
  }
  if (word !== undefined) {
    const hours = zoneHours[word];
    return hours === undefined ? unclearZone : instant(wall, hours * 3_600_000);
  }
  if (zoneName === undefined) return { kind: 'wall', wall };
  return isKnownTimeZone(zoneName) || isKnownTimeZone(zoneName.toUpperCase())
    ? instantInZone(wall, zoneName)
    : unclear('has an unknown time zone');
}

/** Windows PowerShell 5 writes a date in JSON as `/Date(1795759200000)/`, or as an object that has it as `value`. */
function unwrapDate(value: unknown): unknown {
  const inner = typeof value === 'object' && value !== null ? (value as { value?: unknown }).value : value;
  const date = typeof inner === 'string' ? /^\/Date\((\d+)([+-]\d{4})?\)\/$/.exec(inner) : null;
  return date ? date[1] : value;
}

/** Takes off the quotes that cmd.exe leaves around a value. */
function unquote(text: string): string {
  const quoted = /^(["'])(.*)\1$/.exec(text);
  return quoted ? trimText(quoted[2]!) : text;
}

/**
 * Reads the time that a sender gave, in any form that names an instant without doubt [contract: reports]: ISO 8601, RFC 2822,
 * what `date` writes in English or Japanese, what wmic writes (`20261127150000.000000+540`), or a number of seconds,
 * milliseconds, microseconds or nanoseconds since 1970.
 */
export function readInstant(given: unknown): SentInstant {
  const value = unwrapDate(given);
  if (value === undefined || value === null || value === false || value === 0) return { kind: 'missing' };
  if (typeof value === 'number' && !(value > 0 && value < 1e21)) return unreadable;
  if (typeof value !== 'string' && typeof value !== 'number') return unreadable;
  const text = unquote(trimText(String(value)));
  if (text === '') return { kind: 'missing' };
  if (text.length > charactersMax) return unreadable;
  return readTimeText(text.replaceAll(/\s+/g, ' '));
}

function readTimeText(text: string): SentInstant {
  const iso = readIso(text);
  if (iso) return iso.offsetMs === null ? { kind: 'wall', wall: iso.wall } : instant(iso.wall, iso.offsetMs);
  const wmi = /^(\d{14})\.(\d{6})([+-]\d{3})$/.exec(text);
  const shown = wmi ? readDigits(wmi[1]!, wmi[2]!) : null;
  if (shown?.kind === 'wall') return instant(shown.wall, Number(wmi![3]) * 60_000);
  const digits = /^(\d+)(?:[.,](\d+))?$/.exec(text);
  return digits ? readDigits(digits[1]!, digits[2] ?? '') : readWords(text);
}

/** A UTC time that arrives within this time was just sent. */
const justSentMs = 10 * 60_000;
/** Outside these years no zone of today says anything about a time. */
const yearsWithZones = { firstMs: Date.UTC(1900), lastMs: Date.UTC(2200) };

/** The instants at which a clock in the zone shows a wall time: two if clocks are set back over it. */
function instantsOfWall(timeZone: string, wallMs: number): number[] {
  const first = instantOfWallTime(timeZone, wallMs);
  const { endMs } = offsetSpanAt(timeZone, first);
  const second = wallMs - offsetSpanAt(timeZone, endMs).offsetMs;
  return second >= endMs && second > first ? [first, second] : [first];
}

/** Returns the instant of a time in a zone; of one that a clock shows twice, the one closer to now. */
export function instantOfWall(wall: WallTime, timeZone: string, now: Date): string | null {
  const hasZone = wall.ms >= yearsWithZones.firstMs && wall.ms < yearsWithZones.lastMs;
  const instants = hasZone ? instantsOfWall(timeZone, wall.ms) : [wall.ms];
  const distance = (ms: number): number => Math.abs(ms - now.getTime());
  const ms = instants.reduce((one, other) => (distance(other) < distance(one) ? other : one));
  return formatInstant({ ...wall, ms });
}

/**
 * Returns the zone of a time that names none: that of the company, unless only UTC makes it a time of just now
 * [contract: reports].
 */
export function zoneOfWall(wall: WallTime, timeZone: string, now: Date): string {
  const isJustSent = (zone: string): boolean =>
    Math.abs(Date.parse(instantOfWall(wall, zone, now) ?? '') - now.getTime()) <= justSentMs;
  return isJustSent('UTC') && !isJustSent(timeZone) ? 'UTC' : timeZone;
}
