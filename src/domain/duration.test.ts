import { describe, expect, it } from 'vitest';
import { formatDuration } from './duration.ts';

describe('formatDuration', () => {
  it.each([
    [0, '0ms', '0ms'],
    [850, '850ms', '850ms'],
    [1_250, '1.2s', '1.2秒'],
    [41_900, '41s', '41秒'],
    [60_000, '1m', '1分'],
    [3_725_000, '1h 2m', '1時間2分'],
    [7_200_000, '2h', '2時間'],
    [90_061_000, '1d 1h', '1日1時間'],
  ])('%d ms', (ms, english, japanese) => {
    expect(formatDuration(ms, 'en')).toBe(english);
    expect(formatDuration(ms, 'ja')).toBe(japanese);
  });
});
