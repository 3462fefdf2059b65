const steps = [
  { unit: 'second', seconds: 1, below: 60 },
  { unit: 'minute', seconds: 60, below: 3600 },
  { unit: 'hour', seconds: 3600, below: 86_400 },
  { unit: 'day', seconds: 86_400, below: 30 * 86_400 },
  { unit: 'month', seconds: 30.4375 * 86_400, below: 365 * 86_400 },
  { unit: 'year', seconds: 365.25 * 86_400, below: Infinity },
] as const;

const exactTime = {
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
} as const;

const relativeFormats = new Map<string, Intl.RelativeTimeFormat>();

// 'yesterday' would be wrong for 47 hours ago; only a difference of zero has its own word.
function relativeFormat(locale: string, numeric: 'always' | 'auto'): Intl.RelativeTimeFormat {
  const key = `${locale} ${numeric}`;
  const format = relativeFormats.get(key) ?? new Intl.RelativeTimeFormat(locale, { numeric });
  relativeFormats.set(key, format);
  return format;
}

/** Formats as '3 minutes ago' or '3 分前'. Past times are not rounded up; 'in 7 days' includes six days and 23 hours. */
export function formatRelativeTime(at: Date, now: Date, locale: string): string {
  const seconds = (at.getTime() - now.getTime()) / 1000;
  const distance = Math.abs(seconds);
  const step = steps.find(({ below }) => distance < below) ?? steps[steps.length - 1];
  const exact = seconds / (step?.seconds ?? 1);
  const count = (exact < 0 ? Math.trunc(exact) : Math.round(exact)) || 0;
  return relativeFormat(locale, count === 0 ? 'auto' : 'always').format(count, step?.unit ?? 'year');
}

// Creating a format costs more than using it a hundred times; tenants share few zones.
const formats = new Map<string, Intl.DateTimeFormat>();

function exactFormat(locale: string, timeZone: string, withZone: boolean): Intl.DateTimeFormat {
  const key = `${locale} ${timeZone} ${withZone}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(locale, {
      ...exactTime,
      // 11/12 can mean two different days in English.
      ...(locale.startsWith('en') && { month: 'short' }),
      timeZone,
      ...(withZone && { timeZoneName: 'short' }),
    });
    if (formats.size >= 100) formats.clear();
    formats.set(key, format);
  }
  return format;
}

/** Formats as '2026/11/21 23:16:05' in the given zone, for places that show the zone separately. */
export function formatPlainTime(at: string, locale: string, timeZone: string): string {
  return exactFormat(locale, timeZone, false).format(new Date(at));
}

/** Formats as '2026/11/21 23:16:05 JST' in the given zone. */
export function formatExactTime(at: string, locale: string, timeZone: string): string {
  return exactFormat(locale, timeZone, true).format(new Date(at));
}
