import { describe, expect, it } from 'vitest';
import { describeCronInJapanese } from './japanese-cron.ts';

describe('describeCronInJapanese', () => {
  it.each([
    ['0 6 * * *', '毎日 06:00'],
    ['0 6 * * 1-5', '毎週月〜金曜日 06:00'],
    ['30 9,18 * * MON,FRI', '毎週月・金曜日 09:30、18:30'],
    ['0 8 * * 7', '毎週日曜日 08:00'],
    ['30 9 1 * *', '毎月1日 09:30'],
    ['0 0 L * *', '毎月末日 00:00'],
    ['*/15 * * * *', '15分ごと'],
    ['*/10 9-17 * * 1-5', '毎週月〜金曜日 9時台から17時台まで10分ごと'],
    ['5 * * * *', '毎時5分'],
    ['0 */2 * * *', '2時間ごと (0分)'],
    ['0 9-17 * * *', '9時から17時まで毎時0分'],
    ['* * * * *', '毎分'],
  ])('%s is %s', (expression, expected) => {
    expect(describeCronInJapanese(expression)).toBe(expected);
  });

  it.each([
    '0 6 1 1 *',
    '0 6 1 * 1',
    '1-5 6 * * *',
    '0 8 15W * *',
    '0 0 6 * * *',
    '0 6 * * 1#1',
    'nonsense',
    '',
  ])('leaves %s to the library', (expression) => {
    expect(describeCronInJapanese(expression)).toBeNull();
  });
});
