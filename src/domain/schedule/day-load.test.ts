import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countDayLoad, dayStartsMax, type StartGroup, worstCollisions } from './day-load.ts';
import { previewOccurrences } from './preview-occurrences.ts';
import type { BlackoutWindow, Schedule } from './schedule.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;
const from = new Date('2026-11-28T03:10:20.500Z');
const spanFrom = (at: Date) => ({ from: at, until: new Date(at.getTime() + dayMs) });
const cron = (expression: string, timeZone = 'Asia/Tokyo'): Schedule => ({
  type: 'cron',
  expression,
  timeZone,
});
const groupOf = (schedule: Schedule, given: Partial<StartGroup> = {}): StartGroup => ({
  schedule,
  blackouts: [],
  nextNominalAt: new Date(0),
  offsetMs: 0,
  jobCount: 1,
  jobIds: ['a'],
  ...given,
});

/** Counts one by one what the load counts at once. */
function startsOneByOne({ schedule, blackouts, nextNominalAt, offsetMs }: StartGroup, at: Date): number[] {
  const { until } = spanFrom(at);
  const starts = new Array<number>(dayMs / minuteMs + 1).fill(0);
  const first = Math.floor(at.getTime() / minuteMs);
  const instants = previewOccurrences({
    scheduleId: 'x',
    schedule,
    policies: { spreadSeconds: 0, blackouts: [] },
    from: new Date(Math.max(at.getTime() - offsetMs, nextNominalAt.getTime()) - 1),
    until: new Date(until.getTime() - offsetMs),
    count: Infinity,
  });
  for (const { nominalAt } of instants) {
    const due = new Date(nominalAt.getTime() + offsetMs);
    const isBlackedOut = previewOccurrences({
      scheduleId: 'x',
      schedule: { type: 'one_shot', at: due },
      policies: { spreadSeconds: 0, blackouts },
      from: new Date(due.getTime() - 1),
      count: 1,
    }).some(({ decision }) => decision === 'skip');
    const minute = Math.floor(due.getTime() / minuteMs) - first;
    if (!isBlackedOut) starts[minute] = (starts[minute] ?? 0) + 1;
  }
  return starts;
}

const field = (min: number, max: number) =>
  fc.oneof(
    fc.constant('*'),
    fc.integer({ min, max }).map(String),
    fc.integer({ min: 1, max: max - min }).map((step) => `*/${step}`),
    fc
      .tuple(fc.integer({ min, max }), fc.integer({ min, max }))
      .map(([left, right]) => `${Math.min(left, right)}-${Math.max(left, right)}`),
  );
const expression = fc
  .tuple(field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 6))
  .map((fields) => fields.join(' '));
const schedule: fc.Arbitrary<Schedule> = fc.oneof(
  fc
    .tuple(
      expression,
      fc.constantFrom('Asia/Tokyo', 'UTC', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu'),
    )
    .map(([text, zone]) => cron(text, zone)),
  fc
    .record({
      seconds: fc.integer({ min: 20, max: 200_000 }),
      anchorAt: fc.date({
        min: new Date('2026-01-01T00:00:00Z'),
        max: new Date('2027-01-01T00:00:00Z'),
        noInvalidDate: true,
      }),
    })
    .map((interval) => ({ type: 'interval' as const, ...interval })),
  fc
    .integer({ min: 0, max: 2 * dayMs })
    .map((ms) => ({ type: 'one_shot' as const, at: new Date(from.getTime() + ms) })),
);
const blackouts: fc.Arbitrary<BlackoutWindow[]> = fc.constantFrom(
  [],
  [],
  [{ type: 'weekly', days: [0, 1, 2, 3, 4, 5, 6], from: '22:00', to: '06:00', timeZone: 'Asia/Tokyo' }],
);

describe('the load of a day', () => {
  test('counts the same starts as a tick would find one by one, also around clock changes [rule 18: daylight saving]', () => {
    const someDay = fc.constantFrom(
      from,
      new Date('2026-11-01T00:30:00Z'),
      new Date('2026-03-08T01:00:00Z'),
      new Date('2026-10-03T10:00:00Z'),
      new Date('2026-12-31T12:00:00Z'),
      new Date('2026-02-28T20:00:30Z'),
    );
    fc.assert(
      fc.property(
        schedule,
        blackouts,
        someDay,
        fc.integer({ min: 0, max: 3_600 }),
        fc.integer({ min: -dayMs, max: dayMs }),
        (given, windows, at, offsetMinutes, nextMs) => {
          const group = groupOf(given, {
            blackouts: windows,
            offsetMs: (offsetMinutes % 60) * minuteMs,
            nextNominalAt: new Date(at.getTime() + nextMs),
          });
          const { starts } = countDayLoad([group], [], spanFrom(at));
          const expected = startsOneByOne(group, at);
          expect(starts).toEqual(expected.slice(0, starts.length));
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test('counts a group once for each of its jobs, and the rare jobs at their next start', () => {
    const group = groupOf(cron('0 6 * * *'), { jobCount: 7_000, jobIds: ['a', 'b'] });
    const nextAt = new Date(from.getTime() + 90 * minuteMs);
    const load = countDayLoad([group], [{ at: nextAt, jobCount: 3 }], spanFrom(from));
    const minuteOf = (at: Date) => Math.floor((at.getTime() - load.fromMs) / minuteMs);
    expect(load.starts[minuteOf(new Date('2026-11-28T21:00:00Z'))]).toBe(7_000);
    expect(load.starts[minuteOf(nextAt)]).toBe(3);
    expect(load.starts.reduce((sum, count) => sum + count)).toBe(7_003);
    expect(load.isAtLeast).toBe(false);
  });

  test('counts each start of a job that runs all the time, but no collision with it', () => {
    const always = groupOf(cron('* * * * *'));
    const daily = groupOf(cron('0 6 * * *'));
    const load = countDayLoad([always, daily], [], spanFrom(from));
    expect(load.starts.reduce((sum, count) => sum + count)).toBeGreaterThan(dayStartsMax);
    expect(worstCollisions(load, [always, daily], { count: 3, namesMax: 4 })).toEqual([]);
  });

  test('names jobs of the most crowded minutes', () => {
    const groups = [
      groupOf(cron('0 6 * * *'), { jobCount: 900, jobIds: ['a', 'b', 'c', 'd'] }),
      groupOf(cron('0 6,7 * * *'), { jobCount: 2, jobIds: ['e', 'f'] }),
      groupOf(cron('0 7 * * *'), { jobIds: ['g'] }),
      groupOf(cron('0 8 * * *'), { jobIds: ['h'] }),
    ];
    const load = countDayLoad(groups, [], spanFrom(from));
    expect(worstCollisions(load, groups, { count: 3, namesMax: 4 })).toEqual([
      { at: new Date('2026-11-28T21:00:00Z'), jobCount: 902, jobIds: ['a', 'b', 'c', 'd'] },
      { at: new Date('2026-11-28T22:00:00Z'), jobCount: 3, jobIds: ['e', 'f', 'g'] },
    ]);
  });

  test('says so when there is too much to count', () => {
    const window: BlackoutWindow = { type: 'one_off', startsAt: new Date(0), endsAt: new Date(1) };
    const groups = Array.from({ length: 20 }, () => groupOf(cron('* * * * *'), { blackouts: [window] }));
    expect(countDayLoad(groups, [], spanFrom(from)).isAtLeast).toBe(true);
    expect(countDayLoad(groups.slice(0, 10), [], spanFrom(from)).isAtLeast).toBe(false);
  });
});
