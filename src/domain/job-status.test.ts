import { describe, expect, it } from 'vitest';
import { isClockAhead, parseLastStatus } from './job-status.ts';

describe('isClockAhead [rule 5: wrong clocks]', () => {
  it.each([
    ['a report about the past is fine', '2026-11-21T05:00:00Z', false],
    ['five minutes ahead is still fine', '2026-11-21T06:05:00Z', false],
    ['more than five minutes ahead is marked', '2026-11-21T06:05:00.001Z', true],
    ['the year 2090 is marked', '2090-01-01T00:00:00Z', true],
  ])('%s', (_claim, finishedAt, expected) => {
    expect(isClockAhead(finishedAt, '2026-11-21T06:00:00Z')).toBe(expected);
  });
});

describe('parseLastStatus', () => {
  it('reads an unknown status as failing', () => {
    expect(['success', 'error', 'late'].map(parseLastStatus)).toEqual(['success', 'error', 'error']);
  });
});
