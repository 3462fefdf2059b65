import { describe, expect, it } from 'vitest';
import { countScale, durationScale } from './chart-scale.ts';

describe('countScale', () => {
  it.each([
    [0, 2],
    [2, 2],
    [3, 4],
    [4, 4],
    [5, 6],
    [9, 10],
    [11, 20],
    [96, 100],
    [101, 200],
    [1440, 2000],
    [86_400, 100_000],
  ])('%d fits below %d, with whole marks', (largest, end) => {
    const scale = countScale(largest);
    expect(scale.end).toBe(end);
    expect(scale.marks.every(Number.isInteger)).toBe(true);
  });
});

describe('durationScale', () => {
  it.each([
    ['nothing', 0, 10],
    ['half a second', 480, 500],
    ['41 seconds', 41_000, 60_000],
    ['a minute and a bit', 61_000, 120_000],
    ['50 minutes', 3_000_000, 3_600_000],
    ['30 hours', 108_000_000, 172_800_000],
    ['9 days', 777_600_000, 864_000_000],
  ])('%s fits below a round duration', (_claim, largest, end) => {
    expect(durationScale(largest)).toEqual({ end, marks: [0, end / 2, end] });
  });
});
