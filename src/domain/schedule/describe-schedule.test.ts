import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileCron } from './cron-expression.ts';
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
    ['0-30/10 2 * * *', '毎日 02:00、02:10、02:20、02:30', 'At 02:00, 02:10, 02:20 and 02:30'],
    ['0 9-17 * * *', '毎日 9 時〜17 時の毎時 0 分', 'Every hour from 09:00 through 17:00'],
    [
      '15 */2 * * *',
      '2 時間ごとの 15 分',
      'At 15 minutes past the hour, in the hours 0 through 22 in steps of 2',
    ],
    ['0 0 LW * *', '毎月最後の平日の 00:00', 'At 00:00, on the last weekday of the month'],
    ['0 0 L * *', '毎月末日の 00:00', 'At 00:00, on the last day of the month'],
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
      'At 00:00, on day 13 of the month, or on Friday',
    ],
    [
      '0 0 13 * +FRI',
      '毎月 13 日のうち金曜日の 00:00',
      'At 00:00, on day 13 of the month, but only if that is Friday',
    ],
    ['0 0 13 ? *', '毎月 13 日の 00:00', 'At 00:00, on day 13 of the month'],
    ['0 0 1 JAN,jul *', '1 月と 7 月の 1 日の 00:00', 'At 00:00, on day 1 of the month, in January and July'],
    [
      '30 8 * 4-6 MON,WED',
      '4 月〜6 月の月曜日と水曜日の 08:30',
      'At 08:30, on Monday and Wednesday, in April through June',
    ],
    ['0 9 * * MON,WED,FRI', '月曜日と水曜日と金曜日の 09:00', 'At 09:00, on Monday, Wednesday and Friday'],
    [
      '0 9 15,L */3 *',
      '1 月と 4 月と 7 月と 10 月の 15 日と末日の 09:00',
      'At 09:00, on day 15 and the last day of the month, in January, April, July and October',
    ],
    ['0 9 1 * */1', '毎日 09:00', 'At 09:00'],
    ['*/45 * * * *', '毎時 0 分と 45 分', 'At 0 and 45 minutes past every hour'],
    [
      '0 9 L * MON-FRI',
      '毎月末日、または平日（月〜金）の 09:00',
      'At 09:00, on the last day of the month, or Monday through Friday',
    ],
    [
      '0 9 L * +1-5',
      '毎月末日のうち平日（月〜金）の 09:00',
      'At 09:00, on the last day of the month, but only if that is Monday through Friday',
    ],
    [
      '*/20 0-30 9,12,15-17 * * FRI#L,MON,TUE#1',
      '月曜日と第 1 火曜日と最終金曜日の 9 時と 12 時と 15 時〜17 時の毎時 0 分〜30 分の各 1 分間、20 秒ごと',
      'Every 20 seconds, in the minutes 0 through 30, in the hours 9, 12 and 15 through 17, on Monday and on the first Tuesday and the last Friday of the month',
    ],
    ['0 0 */5 * * *', '毎日 00:00、05:00、10:00、15:00、20:00', 'At 00:00, 05:00, 10:00, 15:00 and 20:00'],
    ['0 */2 * * *', '2 時間ごとの 0 分', 'Every 2 hours'],
    [
      '7 1-23/2 * * *',
      '毎日 1 時〜23 時の 2 時間ごとの 7 分',
      'At 7 minutes past the hour, in the hours 1 through 23 in steps of 2',
    ],
  ])('%s', (expression, ja, en) => {
    expect(describeSchedule(cron(expression), { locale: 'ja', timeZone: 'UTC' })).toBe(`${ja}（${tokyo}）`);
    expect(describeSchedule(cron(expression), { locale: 'en', timeZone: 'UTC' })).toBe(`${en} (${tokyo})`);
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
  ])('%j', (schedule, ja, en) => {
    expect(describeSchedule(schedule, { locale: 'ja', timeZone: tokyo })).toBe(ja);
    expect(describeSchedule(schedule, { locale: 'en', timeZone: tokyo })).toBe(en);
  });

  it('names the zone of a pattern only if the reader has another zone', () => {
    const ofReader = { locale: 'ja', timeZone: tokyo } as const;
    expect(describeSchedule(cron('0 6,9,12 * * *'), ofReader)).toBe('毎日 06:00、09:00、12:00');
    expect(describeSchedule(cron('0 6 * * *'), { locale: 'en', timeZone: tokyo })).toBe('At 06:00');
  });

  it('returns an expression unchanged if it cannot be read', () => {
    for (const locale of ['ja', 'en'] as const) {
      expect(describeSchedule(cron('nonsense'), { locale, timeZone: 'UTC' })).toContain('nonsense');
    }
  });
});

describe('a sentence is true for every pattern', () => {
  const list = (low: number, high: number) => {
    const number = fc.integer({ min: low, max: high });
    const range = fc
      .tuple(number, number)
      .map(([one, other]) => [Math.min(one, other), Math.max(one, other)]);
    return fc.oneof(
      { weight: 4, arbitrary: fc.constant('*') },
      { weight: 3, arbitrary: number.map(String) },
      {
        weight: 3,
        arbitrary: fc
          .constantFrom(...[1, 2, 5, 7, 9, 10, 15].filter((step) => step <= high - low + 1))
          .map((step) => `*/${step}`),
      },
      {
        weight: 2,
        arbitrary: fc.uniqueArray(number, { minLength: 2, maxLength: 4 }).map((all) => all.join()),
      },
      { weight: 2, arbitrary: range.map((ends) => ends.join('-')) },
      {
        weight: 2,
        arbitrary: fc
          .tuple(range, fc.integer({ min: 1, max: 4 }))
          .map(([ends, step]) => `${ends.join('-')}/${step}`),
      },
    );
  };
  const weekday = fc.oneof(
    list(0, 6),
    fc.constantFrom(
      'MON-FRI',
      '1-5',
      '1,2,3,4,5',
      'SAT,SUN',
      '5L',
      'FRI#2',
      'FRI#1,FRI#L',
      'MON,FRI#5',
      '0-7',
    ),
  );
  const pattern = fc
    .tuple(
      fc.oneof({ weight: 5, arbitrary: fc.constant('0') }, { weight: 1, arbitrary: list(0, 59) }),
      list(0, 59),
      list(0, 23),
      fc.oneof(list(1, 31), fc.constantFrom('L', 'LW', '15W', '1,L', '1-31', '15W,16W')),
      fc.constantFrom('*', '*', '*', '*', '*/1', '*/2', '*/4', '1-7', '1,JUL', '1,3,5,7'),
      fc.oneof(
        weekday,
        weekday.map((field) => `+${field}`),
      ),
    )
    .map((fields) => fields.join(' '));

  // Many ways to write the same, and the nearly same.
  const alike = fc
    .tuple(
      fc.constantFrom('0', '*', '*/1', '0-59', '*/45', '0,45', '*/15', '0,15,30,45'),
      fc.constantFrom('9', '*', '0-23', '*/6', '0,6,12,18', '*/5', '9-17'),
      fc.constantFrom('*', '?', '*/1', '1-31', '1', 'L', '1,L', '15W'),
      fc.constantFrom('*', '1-12', '1,3'),
      fc.constantFrom('*', '*/1', '0-6', '+0-6', '1-5', 'MON-FRI', '+1-5', '5', '+FRI', '5#2', '5L'),
    )
    .map((fields) => fields.join(' '));

  const [from, until] = [Date.UTC(2026, 0, 1), Date.UTC(2028, 0, 1)];
  const [minuteMs, hourMs, dayMs] = [60_000, 3_600_000, 86_400_000];
  /** Lists the units of time that have a match, from the first match on. */
  function unitsOf(expression: string, unitMs: number, untilMs: (firstMs: number) => number): number[] {
    const { nextWallTime } = compileCron(expression);
    const units: number[] = [];
    const first = nextWallTime(from - 1000);
    const end = first === null ? 0 : untilMs(first);
    for (let at = first; at !== null && at < end;) {
      const unit = Math.floor(at / unitMs);
      units.push(unit);
      at = nextWallTime((unit + 1) * unitMs - 1000);
    }
    return units;
  }
  const within = (unitMs: number) => (firstMs: number) => (Math.floor(firstMs / unitMs) + 1) * unitMs;
  /** What distinguishes the instants of two years; croner combines every hour, minute and second of a day. */
  const instantsOf = (expression: string): string =>
    JSON.stringify([
      unitsOf(expression, dayMs, () => until),
      unitsOf(expression, hourMs, within(dayMs)).map((hour) => hour % 24),
      unitsOf(expression, minuteMs, within(hourMs)).map((minute) => minute % 60),
      unitsOf(expression, 1_000, within(minuteMs)).map((second) => second % 60),
    ]);
  const say = (expression: string, locale: 'ja' | 'en') =>
    describeSchedule(cron(expression), { locale, timeZone: tokyo });

  it('patterns with other instants have another sentence, in both languages', () => {
    const first = new Map<string, { expression: string; instants: string }>();
    let repeated = 0;
    fc.assert(
      fc.property(fc.oneof(alike, alike, pattern), (expression) => {
        const instants = instantsOf(expression);
        for (const locale of ['ja', 'en'] as const) {
          const sentence = say(expression, locale);
          expect(sentence).not.toMatch(/undefined|NaN|[*/#]/);
          const before = first.get(sentence) ?? { expression, instants };
          if (before.expression !== expression) repeated += 1;
          first.set(sentence, before);
          expect([sentence, before.expression, before.instants === instants]).toEqual([
            sentence,
            before.expression,
            true,
          ]);
        }
      }),
      { numRuns: 400 },
    );
    expect(repeated).toBeGreaterThan(0);
  }, 60_000);

  it('what starts every n minutes or hours does so all day', () => {
    fc.assert(
      fc.property(pattern, (expression) => {
        const english = /^Every (?:(\d+) )?(second|minute|hour)s?$/.exec(say(expression, 'en'));
        const japanese = /^(?:毎(秒|分|時 0 分)|(\d+) (秒|分|時間)ごと(?:の 0 分)?)$/.exec(
          say(expression, 'ja'),
        );
        expect(english === null).toBe(japanese === null);
        if (!english) return;
        const unitMs = { second: 1_000, minute: 60_000, hour: 3_600_000 }[english[2] as 'second'];
        const stepMs = Number(english[1] ?? 1) * unitMs;
        const { nextWallTime } = compileCron(expression);
        let at = from - stepMs;
        for (let step = 0; step < 200; step += 1) {
          const next = nextWallTime(at);
          expect(next).toBe(at + stepMs);
          at = next!;
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
