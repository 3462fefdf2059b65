import { describe, expect, it } from 'vitest';
import { describeExpectation } from './describe-expectation.ts';

const every = (duration: string) => `every ${duration}`;

describe('describeExpectation', () => {
  it.each([
    [
      'a cron pattern in English',
      { type: 'cron', expression: '0 6 * * 1-5' },
      'en',
      'At 06:00, Monday through Friday',
    ],
    ['a cron pattern in Japanese', { type: 'cron', expression: '0 6 * * *' }, 'ja', '毎日 06:00'],
    [
      'a rare one in Japanese',
      { type: 'cron', expression: '0 8 15W * *' },
      'ja',
      '08:00月の 15 日の直近の平日 に',
    ],
    ['an interval', { type: 'interval', seconds: 5400 }, 'en', 'every 1h 30m'],
    ['a pattern that cannot be described', { type: 'cron', expression: 'nonsense' }, 'ja', 'nonsense'],
  ] as const)('%s', (_claim, expectation, locale, expected) => {
    expect(describeExpectation(expectation, locale, every)).toBe(expected);
  });
});
