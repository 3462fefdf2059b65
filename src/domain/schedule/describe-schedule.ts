import type { Schedule } from './schedule.ts';

export type DescriptionLocale = 'ja' | 'en';

const aliases: Record<string, string> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/**
 * Describes a schedule in words: 'At 06:00, Monday through Friday' or '平日の 06:00'. `timeZone` is the reader's: a pattern in
 * another zone names its zone. English comes from cronstrue, whose Japanese is not natural ('次において実施06:00'), so ours is
 * written here; each is loaded only when needed. Returns an expression unchanged if it cannot be described.
 */
export async function describeSchedule(
  schedule: Schedule,
  { locale, timeZone }: { locale: DescriptionLocale; timeZone: string },
): Promise<string> {
  switch (schedule.type) {
    case 'cron': {
      const words = await describeCron(schedule.expression, locale);
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

async function describeCron(expression: string, locale: DescriptionLocale): Promise<string> {
  const text = expression.trim();
  const pattern = (aliases[text.toLowerCase()] ?? text).replaceAll('?', '*');
  try {
    if (locale === 'ja')
      return (await import('./describe-cron-in-japanese.ts')).describeCronInJapanese(pattern);
    const { toString } = (await import('cronstrue')).default;
    return toString(pattern.replaceAll('+', ''), {
      use24HourTimeFormat: true,
      logicalAndDayFields: pattern.includes('+'),
    });
  } catch {
    return text;
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
