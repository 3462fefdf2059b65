import cronstrue from 'cronstrue/i18n.js';
import { formatDuration } from '#domain/duration.ts';
import { describeCronInJapanese } from '#domain/japanese-cron.ts';
import type { Expectation } from '#domain/report.ts';

function describeCron(expression: string, locale: string): string {
  const japanese = locale === 'ja' ? describeCronInJapanese(expression) : null;
  if (japanese !== null) return japanese;
  try {
    // Its Japanese begins with a phrase that nobody says.
    return cronstrue
      .toString(expression, { locale, use24HourTimeFormat: true })
      .replace(/^次において実施\s*/, '');
  } catch {
    return expression;
  }
}

/**
 * When a job should run, in words. A pattern that cannot be described is given as it is.
 * @param every writes an interval around its duration
 */
export function describeExpectation(
  expectation: Expectation,
  locale: string,
  every: (duration: string) => string,
): string {
  return expectation.type === 'interval'
    ? every(formatDuration((expectation.seconds ?? 0) * 1000, locale))
    : describeCron(expectation.expression ?? '', locale);
}
