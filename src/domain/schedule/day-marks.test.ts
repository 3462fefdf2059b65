import { describe, expect, it } from 'vitest';
import { hourMarks } from './day-marks.ts';

const day = (from: string) => [new Date(from), new Date(Date.parse(from) + 86_400_000)] as const;

describe('hourMarks', () => {
  it('names the hours on the clock of the zone', () => {
    const marks = hourMarks(...day('2026-11-22T00:30:00Z'), 'Asia/Tokyo');
    expect(marks).toHaveLength(24);
    expect(marks[0]).toEqual({ at: new Date('2026-11-22T01:00:00Z'), hour: 10 });
  });

  it('supports zones that are not whole hours from UTC', () => {
    expect(hourMarks(...day('2026-11-22T00:00:00Z'), 'Asia/Kathmandu')[0]).toEqual({
      at: new Date('2026-11-22T00:15:00Z'),
      hour: 6,
    });
  });

  it('omits the hour that a clock change skips', () => {
    const hours = hourMarks(...day('2026-03-08T05:00:00Z'), 'America/New_York').map(({ hour }) => hour);
    expect(hours.slice(0, 4)).toEqual([0, 1, 3, 4]);
  });
});
