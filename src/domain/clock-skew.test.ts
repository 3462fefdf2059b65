import { describe, expect, it } from 'vitest';
import { clockAheadMs } from '#domain/clock-skew.ts';

describe('how far a clock was ahead [rule 5: wrong clocks]', () => {
  const run = { isClockWrong: true, finishedAt: '2026-11-22T06:12:29Z', orderedAt: '2026-11-22T06:00:00Z' };

  it.each([
    ['is rounded to the minute', run, 720_000],
    ['is unknown without a finish time', { ...run, finishedAt: null }, null],
    ['is null for a correct clock', { ...run, isClockWrong: false }, null],
  ])('%s', (_, given, ms) => {
    expect(clockAheadMs(given)).toBe(ms);
  });
});
