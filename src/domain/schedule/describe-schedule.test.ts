import { describe, expect, it } from 'vitest';
import { describeSchedule } from './describe-schedule.ts';
import type { Schedule } from './schedule.ts';

const tokyo = 'Asia/Tokyo';
const cron = (expression: string): Schedule => ({ type: 'cron', expression, timeZone: tokyo });

describe('a schedule in words', () => {
  it.each<[expression: string, ja: string, en: string]>([
    ['0 6 * * 1-5', '平日（月〜金）の 06:00', 'At 06:00, Monday through Friday'],
    ['*/5 * * * *', '5 分ごと', 'Every 5 minutes'],
    ['* * * * * *', '毎秒', 'Every second'],
    ['@daily', '毎日 00:00', 'At 00:00'],
    ['@hourly', '毎時 0 分', 'Every hour'],
    ['30 2,14 * * *', '毎日 02:30 と 14:30', 'At 02:30 and 14:30'],
    ['30 0 12 * * *', '毎日 12:00:30', 'At 12:00:30'],
    [
      '*/15 9-17 * * 1-5',
      '平日（月〜金）の 9 時〜17 時台の 15 分ごと',
      'Every 15 minutes, between 09:00 and 17:59, Monday through Friday',
    ],
    [
      '0-30/10 2 * * *',
      '毎日 2 時台の 0 分〜30 分の 10 分ごと',
      'Every 10 minutes, minutes 0 through 30 past the hour, between 02:00 and 02:59',
    ],
    ['0 9-17 * * *', '毎日 9 時〜17 時の毎時 0 分', 'Every hour, between 09:00 and 17:00'],
    ['15 */2 * * *', '2 時間ごとの 15 分', 'At 15 minutes past the hour, every 2 hours'],
    ['0 0 LW * *', '毎月 最後の平日の 00:00', 'At 00:00, on the last weekday of the month'],
    ['0 0 L * *', '毎月 末日の 00:00', 'At 00:00, on the last day of the month'],
    [
      '0 0 15W * *',
      '毎月 15 日に最も近い平日の 00:00',
      'At 00:00, on the weekday nearest day 15 of the month',
    ],
    ['0 12 * * FRI#2', '第 2 金曜日の 12:00', 'At 12:00, on the second Friday of the month'],
    ['0 0 * * 5L', '最終金曜日の 00:00', 'At 00:00, on the last Friday of the month'],
    [
      '0 0 13 * FRI',
      '毎月 13 日、または毎週金曜日の 00:00',
      'At 00:00, on day 13 of the month, and on Friday',
    ],
    ['0 0 13 * +FRI', '毎月 13 日かつ毎週金曜日の 00:00', 'At 00:00, on day 13 of the month, only on Friday'],
    ['0 0 13 ? *', '毎月 13 日の 00:00', 'At 00:00, on day 13 of the month'],
    [
      '0 0 1 JAN,jul *',
      '1 月と 7 月の 1 日の 00:00',
      'At 00:00, on day 1 of the month, only in January and July',
    ],
    [
      '30 8 * 4-6 MON,WED',
      '4 月〜6 月の月曜日と水曜日の 08:30',
      'At 08:30, only on Monday and Wednesday, April through June',
    ],
  ])('%s', async (expression, ja, en) => {
    expect(await describeSchedule(cron(expression), { locale: 'ja', timeZone: 'UTC' })).toBe(
      `${ja}（${tokyo}）`,
    );
    expect(await describeSchedule(cron(expression), { locale: 'en', timeZone: 'UTC' })).toBe(
      `${en} (${tokyo})`,
    );
  });

  it.each<[schedule: Schedule, ja: string, en: string]>([
    [{ type: 'interval', seconds: 3600, anchorAt: new Date(0) }, '1 時間ごと', 'Every hour'],
    [
      { type: 'interval', seconds: 5400, anchorAt: new Date(0) },
      '1 時間 30 分ごと',
      'Every 1 hour 30 minutes',
    ],
    [{ type: 'interval', seconds: 45, anchorAt: new Date(0) }, '45 秒ごと', 'Every 45 seconds'],
    [
      { type: 'one_shot', at: new Date('2026-12-01T00:30:00Z') },
      '2026-12-01 09:30 に 1 回（Asia/Tokyo）',
      'Once, at 2026-12-01 09:30 (Asia/Tokyo)',
    ],
  ])('%j', async (schedule, ja, en) => {
    expect(await describeSchedule(schedule, { locale: 'ja', timeZone: tokyo })).toBe(ja);
    expect(await describeSchedule(schedule, { locale: 'en', timeZone: tokyo })).toBe(en);
  });

  it('names the zone of a pattern only if the reader has another zone', async () => {
    const ofReader = { locale: 'ja', timeZone: tokyo } as const;
    expect(await describeSchedule(cron('0 6,9,12 * * *'), ofReader)).toBe('毎日 06:00、09:00、12:00');
    expect(await describeSchedule(cron('0 6 * * *'), { locale: 'en', timeZone: tokyo })).toBe('At 06:00');
  });

  it('returns an expression unchanged if it cannot be described', async () => {
    for (const locale of ['ja', 'en'] as const) {
      expect(await describeSchedule(cron('nonsense'), { locale, timeZone: 'UTC' })).toContain('nonsense');
    }
  });
});
