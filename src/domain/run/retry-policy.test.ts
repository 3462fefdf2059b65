import { describe, expect, it } from 'vitest';
import { backoffSeconds, parseRetryAfter } from './retry-policy.ts';

const policy = { maxAttempts: 5, backoffSeconds: 10, maxBackoffSeconds: 300 };
const now = new Date('2026-11-21T09:00:00.500Z');

describe('back-off [rule 25: time-out and retry]', () => {
  it.each<[attempt: number, least: number, most: number]>([
    [1, 5, 10],
    [2, 10, 20],
    [3, 20, 40],
    [6, 150, 300],
    [5_000, 150, 300],
    [0, 5, 10],
  ])('after attempt %i waits %d to %d seconds', (attempt, least, most) => {
    expect(backoffSeconds(policy, attempt, 0)).toBe(least);
    expect(backoffSeconds(policy, attempt, 0.5)).toBe((least + most) / 2);
    expect(backoffSeconds(policy, attempt, 0.999_999)).toBeLessThanOrEqual(most);
  });

  it('a wait of zero stays zero', () => {
    expect(backoffSeconds({ ...policy, backoffSeconds: 0 }, 5_000, 0.5)).toBe(0);
  });
});

describe('Retry-After [rule 25: time-out and retry]', () => {
  it.each<[header: string, seconds: number | null]>([
    ['120', 120],
    [' 0 ', 0],
    ['99999999', 86_400],
    ['Sat, 21 Nov 2026 09:01:00 GMT', 60],
    ['Saturday, 21-Nov-26 09:01:00 GMT', 60],
    ['Sat, 21 Nov 2026 08:00:00 GMT', 0],
    ['Sat, 21 Nov 2099 08:00:00 GMT', 86_400],
    ['-5', null],
    ['1.5', null],
    ['soon', null],
    ['Sat, whenever', null],
    ['', null],
  ])('%j is %s', (header, seconds) => {
    expect(parseRetryAfter(header, now)).toBe(seconds);
  });
});
