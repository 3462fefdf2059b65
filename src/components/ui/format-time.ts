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

/** As in '3 minutes ago' or '3 分前'. What has passed is not rounded up; 'in 7 days' holds for six days and 23 hours too. */
export function formatRelativeTime(at: Date, now: Date, locale: string): string {
  const seconds = (at.getTime() - now.getTime()) / 1000;
  const distance = Math.abs(seconds);
  const step = steps.find(({ below }) => distance < below) ?? steps[steps.length - 1];
  const exact = seconds / (step?.seconds ?? 1);
  const count = (exact < 0 ? Math.trunc(exact) : Math.round(exact)) || 0;
  // 'yesterday' would be wrong for 47 hours ago; only nothing at all has a word of its own.
  return new Intl.RelativeTimeFormat(locale, { numeric: count === 0 ? 'auto' : 'always' }).format(
    count,
    step?.unit ?? 'year',
  );
}

/** As in '2026/11/21 23:16:05', in the given zone, for places that say the zone themselves. */
export function formatPlainTime(at: string, locale: string, timeZone: string): string {
  return new Intl.DateTimeFormat(locale, { ...exactTime, timeZone }).format(new Date(at));
}

/** As in '2026/11/21 23:16:05 JST', in the given zone. */
export function formatExactTime(at: string, locale: string, timeZone: string): string {
  return new Intl.DateTimeFormat(locale, { ...exactTime, timeZone, timeZoneName: 'short' }).format(
    new Date(at),
  );
}
