const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

// Creating a format costs more than using it a hundred times; there are two locales and five units.
const formats = new Map<string, Intl.NumberFormat>();

function unitFormat(locale: string, unit: string, digits: number): Intl.NumberFormat {
  const key = `${locale} ${unit} ${digits}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(locale, {
      style: 'unit',
      unit,
      // Narrow Japanese units are Latin letters; short ones are words, but with a space that Japanese does not use.
      unitDisplay: locale.startsWith('ja') ? 'short' : 'narrow',
      maximumFractionDigits: digits,
    });
    formats.set(key, format);
  }
  return format;
}

/**
 * Formats a duration in its two largest units: `1時間2分`, `1h 2m`. Shows seconds exactly below a minute, and milliseconds below
 * a second.
 */
export function formatDuration(durationMs: number, locale: string): string {
  const isJapanese = locale.startsWith('ja');
  const write = (value: number, unit: string, digits = 0) =>
    unitFormat(locale, unit, digits).format(value).replaceAll(/\s/g, '');
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
