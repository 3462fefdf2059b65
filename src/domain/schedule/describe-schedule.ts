import { compileCron } from './cron-expression.ts';
import { describeCronInEnglish } from './describe-cron-in-english.ts';
import { describeCronInJapanese } from './describe-cron-in-japanese.ts';
import type { Schedule } from './schedule.ts';

export type DescriptionLocale = 'ja' | 'en';

/**
 * Describes a schedule in words: 'At 06:00, Monday through Friday' or '平日の 06:00'. `timeZone` is the reader's: a pattern in
 * another zone names its zone. Cron patterns are described from what they mean, not from how they are written, so that a
 * sentence is true for every pattern. Returns an expression unchanged if it cannot be read.
 */
export function describeSchedule(
  schedule: Schedule,
  { locale, timeZone }: { locale: DescriptionLocale; timeZone: string },
): string {
  switch (schedule.type) {
    case 'cron': {
      const words = describeCron(schedule.expression, locale);
      if (schedule.timeZone === timeZone) return words;
      return locale === 'ja' ? `${words}（${schedule.timeZone}）` : `${words} (${schedule.timeZone})`;
    }
    case 'interval':
      return describeInterval(schedule.seconds, locale);
    case 'one_shot': {
      const at = formatInstant(schedule.at, timeZone);
      return locale === 'ja' ? `${at} に 1 回（${timeZone}）` : `Once, at ${at} (${timeZone})`;
    }
  }
}

function describeCron(expression: string, locale: DescriptionLocale): string {
  try {
    const { meaning } = compileCron(expression);
    return locale === 'ja' ? describeCronInJapanese(meaning) : describeCronInEnglish(meaning);
  } catch {
    return expression.trim();
  }
}

const units = [
  { seconds: 86_400, ja: '日', en: 'day' },
  { seconds: 3_600, ja: '時間', en: 'hour' },
  { seconds: 60, ja: '分', en: 'minute' },
  { seconds: 1, ja: '秒', en: 'second' },
] as const;

function describeInterval(seconds: number, locale: DescriptionLocale): string {
  let rest = seconds;
  const parts: { count: number; unit: (typeof units)[number] }[] = [];
  for (const unit of units) {
    const count = Math.floor(rest / unit.seconds);
    rest -= count * unit.seconds;
    if (count > 0) parts.push({ count, unit });
  }
  if (locale === 'ja') return `${parts.map(({ count, unit }) => `${count} ${unit.ja}`).join(' ')}ごと`;
  const [only] = parts;
  if (parts.length === 1 && only?.count === 1) return `Every ${only.unit.en}`;
  return `Every ${parts.map(({ count, unit }) => `${count} ${unit.en}${count === 1 ? '' : 's'}`).join(' ')}`;
}

function formatInstant(at: Date, timeZone: string): string {
  const clock = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  return clock.format(at);
}
