import { describe, expect, it } from 'vitest';
import { describeExpectation } from './describe-expectation.ts';

const tokyo = { type: 'cron', timezone: 'Asia/Tokyo' } as const;

describe('describeExpectation', () => {
  it.each([
    [
      'cron in English',
      { ...tokyo, expression: '0 6 * * 1-5' },
      'en',
      'At 06:00, Monday through Friday (Asia/Tokyo)',
    ],
    ['cron in Japanese', { ...tokyo, expression: '0 6 * * *' }, 'ja', '毎日 06:00（Asia/Tokyo）'],
    ['an interval in English', { type: 'interval', seconds: 5400 }, 'en', 'Every 1 hour 30 minutes'],
    ['an interval in Japanese', { type: 'interval', seconds: 5400 }, 'ja', '1 時間 30 分ごと'],
    [
      'a pattern that cannot be put into words',
      { ...tokyo, expression: 'nonsense' },
      'ja',
      'nonsense（Asia/Tokyo）',
    ],
  ] as const)('%s', (_claim, expectation, locale, expected) => {
    expect(describeExpectation(expectation, { locale, timeZone: 'UTC' })).toBe(expected);
  });
});
