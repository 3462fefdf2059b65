const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

/**
 * A duration as people say it, in its two largest units: `1時間2分`, `1h 2m`. Seconds are exact below a minute, and
 * milliseconds below a second.
 */
export function formatDuration(durationMs: number, locale: string): string {
  const isJapanese = locale.startsWith('ja');
  // Narrow Japanese units are Latin letters; the short ones are words, with a space that nobody writes.
  const write = (value: number, unit: string, digits = 0) =>
    new Intl.NumberFormat(locale, {
      style: 'unit',
      unit,
      unitDisplay: isJapanese ? 'short' : 'narrow',
      maximumFractionDigits: digits,
    })
      .format(value)
      .replaceAll(/\s/g, '');
  if (durationMs < 1_000) return write(Math.round(durationMs), 'millisecond');
  if (durationMs < 10_000) return write(Math.floor(durationMs / 100) / 10, 'second', 1);

  const first = units.findIndex(([, length]) => durationMs >= length);
  let rest = durationMs;
  const parts = units.slice(first, first + 2).flatMap(([unit, length]) => {
    const value = Math.floor(rest / length);
    rest -= value * length;
    return value === 0 ? [] : [write(value, unit)];
  });
  return parts.join(isJapanese ? '' : ' ');
}
