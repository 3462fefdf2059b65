import { describe, expect, it } from 'vitest';
import { clockAheadMs, lateByMs } from '#domain/clock-skew.ts';

const minuteMs = 60_000;

describe('how wrong a clock was [rule 5: wrong clocks] [rule 40: measured clocks]', () => {
  const run = {
    isClockWrong: true,
    clockAheadMs: null,
    finishedAt: '2026-11-22T06:12:29Z',
    orderedAt: '2026-11-22T06:00:00Z',
  };

  it.each([
    ['is rounded to the minute', run, 12 * minuteMs],
    ['is what was measured', { ...run, clockAheadMs: 90_001 }, 2 * minuteMs],
    ['is negative for a clock that is behind', { ...run, clockAheadMs: -180_000 }, -3 * minuteMs],
    ['is unknown without a finish or a measurement', { ...run, finishedAt: null }, null],
    ['is null for a correct clock', { ...run, isClockWrong: false }, null],
  ])('%s', (_, given, ms) => {
    expect(clockAheadMs(given)).toBe(ms);
  });
});

describe('how late a report arrived [rule 40: measured clocks]', () => {
  const run = {
    trigger: 'report',
    finishedAt: '2026-11-22T06:00:00Z',
    orderedAt: '2026-11-22T06:00:00Z',
    receivedAt: '2026-11-22T09:00:00Z',
  };

  it.each([
    ['counts from its time', run, 180 * minuteMs],
    ['counts from the corrected time', { ...run, orderedAt: '2026-11-22T07:00:00Z' }, 120 * minuteMs],
    ['is not said below an hour', { ...run, receivedAt: '2026-11-22T06:59:59Z' }, null],
    ['is unknown of a run in progress', { ...run, finishedAt: null }, null],
    ['is not said of a run of the portal, which waited in a queue', { ...run, trigger: 'schedule' }, null],
  ])('%s', (_, given, ms) => {
    expect(lateByMs(given)).toBe(ms);
  });
});
