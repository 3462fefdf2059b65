import { describe, expect, it } from 'vitest';
import { formatExactTime, formatRelativeTime } from './format-time.ts';

describe('formatRelativeTime', () => {
  const now = new Date('2026-11-21T12:00:00Z');

  it.each([
    ['2026-11-21T11:59:59.500Z', 'now'],
    ['2026-11-21T11:59:01Z', '59 seconds ago'],
    ['2026-11-21T11:58:01Z', '1 minute ago'],
    ['2026-11-21T10:00:01Z', '1 hour ago'],
    ['2026-11-19T12:00:01Z', '1 day ago'],
    ['2026-10-01T12:00:00Z', '1 month ago'],
    ['2024-11-20T12:00:00Z', '2 years ago'],
  ])('does not round up what has passed: %s', (at, expected) => {
    expect(formatRelativeTime(new Date(at), now, 'en')).toBe(expected);
  });

  it('says a deadline of a week as a week also a second later', () => {
    expect(formatRelativeTime(new Date('2026-11-28T11:59:59Z'), now, 'en')).toBe('in 7 days');
  });

  it('speaks Japanese', () => {
    expect(formatRelativeTime(new Date('2026-11-21T11:57:00Z'), now, 'ja')).toMatch(/^3\s?分前$/);
  });
});

describe('formatExactTime', () => {
  it('names the month in English, where its order is not certain', () => {
    expect(formatExactTime('2026-11-12T15:00:05Z', 'en', 'Asia/Tokyo')).toMatch(
      /^Nov 13, 2026, 00:00:05 GMT\+9$/,
    );
  });

  it('says the time in the given zone, with the zone', () => {
    expect(formatExactTime('2026-11-21T15:00:05Z', 'ja', 'Asia/Tokyo')).toBe('2026/11/22 00:00:05 JST');
  });
});
