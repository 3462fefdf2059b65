import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countNominal } from './count-nominal.ts';
import { nextNominal } from './next-occurrence.ts';
import type { Schedule } from './schedule.ts';

const cron = (expression: string, timeZone: string): Schedule => ({ type: 'cron', expression, timeZone });

describe('counting the instants of a period [rule 41: nothing due is lost]', () => {
  it('equals stepping through them, for any pattern, zone and period', () => {
    const field = (low: number, high: number) =>
      fc.oneof(
        fc.constant('*'),
        fc.integer({ min: 2, max: high - low }).map((step) => `*/${step}`),
        fc
          .uniqueArray(fc.integer({ min: low, max: high }), { minLength: 1, maxLength: 3 })
          .map((all) => all.join()),
      );
    const pattern = fc
      .tuple(
        fc.constantFrom('0', '0,30', '*/7'),
        field(0, 59),
        field(0, 23),
        fc.oneof(fc.constant('*'), fc.constantFrom('L', 'LW', '15W'), field(1, 28)),
        fc.constant('*'),
        fc.oneof(fc.constant('*'), field(0, 6), fc.constantFrom('FRI#2', '+MON', '5L')),
      )
      .map((fields) => fields.join(' '));
    const zones = [
      'Europe/Berlin',
      'America/New_York',
      'Australia/Lord_Howe',
      'America/Sao_Paulo',
      'Pacific/Apia',
    ];
    const schedules = fc.oneof(
      fc.tuple(pattern, fc.constantFrom(...zones, 'Asia/Tokyo', 'UTC')).map((both) => cron(...both)),
      fc.integer({ min: 1, max: 90_000 }).map((seconds): Schedule => ({
        type: 'interval',
        seconds,
        anchorAt: new Date('2011-06-01T00:00:00.250Z'),
      })),
    );
    // Around the clock changes of these zones, and across them.
    const starts = [
      '2011-12-28',
      '2018-02-17',
      '2018-11-03',
      '2026-03-28',
      '2026-04-04',
      '2026-10-03',
      '2026-10-24',
    ];
    fc.assert(
      fc.property(
        schedules,
        fc.constantFrom(...starts),
        fc.integer({ min: 0, max: 2 * 86_400_000 }),
        fc.integer({ min: 0, max: 3 * 86_400_000 }),
        (schedule, day, shiftMs, lengthMs) => {
          const after = new Date(Date.parse(`${day}T00:00:00Z`) + shiftMs);
          const until = new Date(after.getTime() + lengthMs);
          let stepped = 0;
          let next = nextNominal(schedule, after);
          for (; next && next <= until && stepped < 5_000; next = nextNominal(schedule, next)) stepped += 1;
          fc.pre(stepped < 5_000);
          expect(countNominal(schedule, after, until)).toBe(stepped);
        },
      ),
      { numRuns: 400 },
    );
  }, 60_000);

  it('is exact for a year of every second, and for an open hour across clock changes', () => {
    const [from, until] = [new Date('2025-11-21T00:00:00Z'), new Date('2026-11-21T00:00:00Z')];
    expect(countNominal(cron('* * * * * *', 'America/New_York'), from, until)).toBe(365 * 86_400);
    expect(countNominal(cron('* * * * *', 'Europe/Berlin'), from, until)).toBe(365 * 1_440);
    expect(countNominal(cron('30 2 * * *', 'Europe/Berlin'), from, until)).toBe(365);
  });
});
