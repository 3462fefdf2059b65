import { describe, expect, it } from 'vitest';
import { addDays, dayIn, isCalendarDay, lastDays, startOfDay } from './calendar-day.ts';

describe('isCalendarDay', () => {
  it.each([
    ['a day', '2026-11-21', true],
    ['a leap day', '2028-02-29', true],
    ['a day that does not exist', '2026-02-29', false],
    ['another date format', '2026/11/21', false],
    ['an instant', '2026-11-21T00:00:00Z', false],
    ['a day of year 1, which starts in year 0 in Tokyo', '0001-01-01', false],
    ['nothing', '', false],
  ])('%s', (_claim, text, expected) => {
    expect(isCalendarDay(text)).toBe(expected);
  });
});

describe('dayIn', () => {
  it('is tomorrow in Tokyo while it is today in London', () => {
    const at = new Date('2026-11-21T16:00:00Z');
    expect([dayIn('Asia/Tokyo', at), dayIn('Europe/London', at)]).toEqual(['2026-11-22', '2026-11-21']);
  });
});

describe('addDays and lastDays', () => {
  it('cross months and years', () => {
    expect(addDays('2026-12-31', 1)).toBe('2027-01-01');
    expect(lastDays('2026-03-01', 3)).toEqual(['2026-02-27', '2026-02-28', '2026-03-01']);
  });
});

describe('startOfDay', () => {
  it.each([
    ['Tokyo', 'Asia/Tokyo', '2026-11-21', '2026-11-20T15:00:00.000Z'],
    ['New York in winter', 'America/New_York', '2026-12-01', '2026-12-01T05:00:00.000Z'],
    [
      'New York on the day the clocks go forward',
      'America/New_York',
      '2026-03-08',
      '2026-03-08T05:00:00.000Z',
    ],
    ['Cairo, where midnight is skipped', 'Africa/Cairo', '2026-04-24', '2026-04-23T22:00:00.000Z'],
    ['Lord Howe, half an hour off', 'Australia/Lord_Howe', '2026-11-21', '2026-11-20T13:00:00.000Z'],
    ['the far east of the date line', 'Pacific/Kiritimati', '2026-11-21', '2026-11-20T10:00:00.000Z'],
  ])('in %s', (_claim, timeZone, day, expected) => {
    expect(startOfDay(day, timeZone).toISOString()).toBe(expected);
  });
});
