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
  ])('does not round up past times: %s', (at, expected) => {
    expect(formatRelativeTime(new Date(at), now, 'en')).toBe(expected);
  });

  it('still shows a one-week deadline as a week a second later', () => {
    expect(formatRelativeTime(new Date('2026-11-28T11:59:59Z'), now, 'en')).toBe('in 7 days');
  });

  it('formats Japanese', () => {
    expect(formatRelativeTime(new Date('2026-11-21T11:57:00Z'), now, 'ja')).toMatch(/^3\s?分前$/);
  });
});

describe('formatExactTime', () => {
  it('writes the month as a word in English, where the order is ambiguous', () => {
    expect(formatExactTime('2026-11-12T15:00:05Z', 'en', 'Asia/Tokyo')).toMatch(
      /^Nov 13, 2026, 00:00:05 GMT\+9$/,
    );
  });

  it("shows the time in the given zone, with the zone's name", () => {
    expect(formatExactTime('2026-11-21T15:00:05Z', 'ja', 'Asia/Tokyo')).toBe('2026/11/22 00:00:05 JST');
  });
});
