import { describe, expect, it } from 'vitest';
import { isClockWrong, parseLastStatus, parseShownStatus } from './job-status.ts';

describe('isClockWrong [rule 5: wrong clocks]', () => {
  it.each([
    ['a time that was put elsewhere was wrong', '2026-11-21T06:05:00Z', true],
    ['a time that was kept is right, however it is written', '2026-11-21T15:00:00+09:00', false],
  ])('%s', (_claim, finishedAt, expected) => {
    expect(isClockWrong(finishedAt, '2026-11-21T06:00:00Z')).toBe(expected);
  });
});

it('an unknown status is read as failing', () => {
  const stored = ['success', 'error', 'late', 'other'];
  expect(stored.map(parseLastStatus)).toEqual(['success', 'error', 'error', 'error']);
  expect(stored.map(parseShownStatus)).toEqual(['success', 'error', 'late', 'error']);
});
