import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { monthDays, type PlainTimes, readPlainTimes, weekDays, writePlainTimes } from './plain-times.ts';

describe('plain times', () => {
  it.each<[expression: string, times: PlainTimes | null]>([
    ['0 6 * * 1-5', { type: 'weekly', time: '06:00', days: [1, 2, 3, 4, 5] }],
    [' 30  21 * * * ', { type: 'weekly', time: '21:30', days: [0, 1, 2, 3, 4, 5, 6] }],
    ['5 9 * * 6-7', { type: 'weekly', time: '09:05', days: [0, 6] }],
    ['5 9 * * 1,3', { type: 'weekly', time: '09:05', days: [1, 3] }],
    ['30 23 L * *', { type: 'monthly', time: '23:30', day: 'last' }],
    ['0 0 15 * *', { type: 'monthly', time: '00:00', day: 15 }],
    ['0 6,9 * * *', null],
    ['*/5 * * * *', null],
    ['0 6 1 * 1', null],
    ['0 6 1 4 *', null],
    ['0 6 32 * *', null],
    ['0 6 * * 5-1', null],
    ['0 6 * * 1-3-5', null],
    ['0 24 * * *', null],
    ['0 0 6 * * *', null],
    ['@daily', null],
    ['nonsense', null],
  ])('%s', (expression, times) => {
    expect(readPlainTimes(expression)).toEqual(times);
  });

  it('can be read back from the stored pattern', () => {
    const time = fc
      .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
      .map((numbers) => numbers.map((number) => String(number).padStart(2, '0')).join(':'));
    const weekly = fc.record({
      type: fc.constant('weekly' as const),
      time,
      days: fc.subarray([...weekDays], { minLength: 1 }),
    });
    const monthly = fc.record({
      type: fc.constant('monthly' as const),
      time,
      day: fc.constantFrom(...monthDays),
    });
    fc.assert(
      fc.property(fc.oneof(weekly, monthly), (times) => {
        expect(readPlainTimes(writePlainTimes(times))).toEqual(times);
      }),
    );
  });
});
