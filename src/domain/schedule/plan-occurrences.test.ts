import { describe, expect, it } from 'vitest';
import { planOccurrences } from './plan-occurrences.ts';
import type { OccurrencePlan, OffPeriod, OffReason, PlanInput } from './plan-occurrences.ts';
import { previewOccurrences } from './preview-occurrences.ts';
import type { Schedule, SchedulePolicies } from './schedule.ts';
import { spreadOffsetSeconds } from './spread.ts';

const at = (time: string) => new Date(`2026-11-21T${time}Z`);
const policies: SchedulePolicies = {
  misfire: 'once',
  misfireLimit: 100,
  overlap: 'skip',
  spreadSeconds: 0,
  blackouts: [],
  catchUpAfterEnable: false,
};
const hourly: Schedule = { type: 'cron', expression: '0 * * * *', timeZone: 'UTC' };

function plan(input: Partial<PlanInput>, changed: Partial<SchedulePolicies> = {}): OccurrencePlan {
  return planOccurrences({
    scheduleId: 'a',
    schedule: hourly,
    lastNominalAt: at('00:00'),
    startAt: new Date('2025-01-01T00:00:00Z'),
    now: at('01:00:00.500'),
    offPeriods: [],
    misfireGraceSeconds: 120,
    policies: { ...policies, ...changed },
    ...input,
  });
}

/** '01:00 run', '02:00 blackout', '03:00..09:00 misfire_bound x7'. */
function told({ occurrences }: OccurrencePlan): string[] {
  const clock = (date: Date) => date.toISOString().slice(11, 16);
  return occurrences.map((planned) => {
    if (planned.decision === 'run') return `${clock(planned.nominalAt)} run`;
    return planned.count === 1
      ? `${clock(planned.nominalAt)} ${planned.reason}`
      : `${clock(planned.nominalAt)}..${clock(planned.untilNominalAt)} ${planned.reason} x${planned.count}`;
  });
}

const off = (since: string, until: string | null, reason: OffReason = 'disabled'): OffPeriod => ({
  since: at(since),
  until: until === null ? null : at(until),
  reason,
});

describe('what is due [rule 20: one instant, one run]', () => {
  it('an occurrence on time runs, and the next is computed from its nominal instant', () => {
    const planned = plan({ now: at('01:01:40') });
    expect(told(planned)).toEqual(['01:00 run']);
    expect(planned).toMatchObject({
      lastNominalAt: at('01:00'),
      nextNominalAt: at('02:00'),
      nextDueAt: at('02:00'),
    });
  });

  it('an occurrence is due at its exact instant, and not a millisecond before', () => {
    expect(told(plan({ now: at('01:00') }))).toEqual(['01:00 run']);
    const planned = plan({ now: at('00:59:59.999') });
    expect(planned).toEqual({
      occurrences: [],
      lastNominalAt: at('00:00'),
      nextNominalAt: at('01:00'),
      nextDueAt: at('01:00'),
    });
  });

  it('a repeated tick or a clock set back plans nothing', () => {
    expect(told(plan({ lastNominalAt: at('01:00') }))).toEqual([]);
    expect(told(plan({ lastNominalAt: at('05:00') }))).toEqual([]);
  });

  it('a new schedule has not missed anything before its start', () => {
    expect(told(plan({ lastNominalAt: null, startAt: at('00:30') }))).toEqual(['01:00 run']);
    expect(told(plan({ lastNominalAt: at('00:00'), startAt: at('08:30'), now: at('09:00') }))).toEqual([
      '09:00 run',
    ]);
  });
});

describe('what was missed [rule 21: misfire and overlap]', () => {
  const missed = { now: at('05:30') };

  it('skip: no missed occurrence runs', () => {
    expect(told(plan(missed, { misfire: 'skip' }))).toEqual([
      '01:00 misfire_skipped',
      '02:00 misfire_skipped',
      '03:00 misfire_skipped',
      '04:00 misfire_skipped',
      '05:00 misfire_skipped',
    ]);
  });

  it('once: only the newest missed occurrence runs', () => {
    expect(told(plan({ now: at('03:30') }))).toEqual([
      '01:00 misfire_collapsed',
      '02:00 misfire_collapsed',
      '03:00 run',
    ]);
  });

  it('once: an occurrence on time replaces the missed ones', () => {
    expect(told(plan({ now: at('03:01') }))).toEqual([
      '01:00 misfire_collapsed',
      '02:00 misfire_collapsed',
      '03:00 run',
    ]);
  });

  it('all: the newest missed occurrences run, up to the limit', () => {
    expect(told(plan(missed, { misfire: 'all' }))).toEqual([
      '01:00 run',
      '02:00 run',
      '03:00 run',
      '04:00 run',
      '05:00 run',
    ]);
    expect(told(plan(missed, { misfire: 'all', misfireLimit: 2 }))).toEqual([
      '01:00 misfire_bound',
      '02:00 misfire_bound',
      '03:00 misfire_bound',
      '04:00 run',
      '05:00 run',
    ]);
  });

  it('skip: an occurrence that is only slightly late still runs', () => {
    expect(told(plan({ now: at('01:02') }, { misfire: 'skip' }))).toEqual(['01:00 run']);
    expect(told(plan({ now: at('01:02:00.001') }, { misfire: 'skip' }))).toEqual(['01:00 misfire_skipped']);
  });

  it('a schedule of every second that stopped for a year is planned quickly', () => {
    const everySecond: Schedule = { type: 'cron', expression: '* * * * * *', timeZone: 'America/New_York' };
    const lastNominalAt = new Date('2025-11-21T00:00:00Z');
    for (const misfire of ['skip', 'once', 'all'] as const) {
      const planned = plan(
        { schedule: everySecond, lastNominalAt, misfireGraceSeconds: 0, now: at('00:00:00.5') },
        { misfire },
      );
      expect(planned.occurrences).toHaveLength(101);
      expect(planned.occurrences[0]).toMatchObject({
        decision: 'skip',
        nominalAt: new Date('2025-11-21T00:00:01Z'),
        untilNominalAt: new Date('2026-11-20T23:58:20Z'),
        count: 365 * 86_400 - 100,
      });
      const runs = planned.occurrences.filter(({ decision }) => decision === 'run');
      expect(runs).toHaveLength({ skip: 0, once: 1, all: 100 }[misfire]);
      expect(planned.nextNominalAt).toEqual(at('00:00:01'));
    }
  });

  it('missed occurrences of an interval are counted exactly', () => {
    const everySecond: Schedule = {
      type: 'interval',
      seconds: 1,
      anchorAt: new Date('2025-01-01T00:00:00Z'),
    };
    const planned = plan({
      schedule: everySecond,
      lastNominalAt: new Date('2025-11-21T00:00:00Z'),
      now: at('00:00:00'),
      misfireGraceSeconds: 0,
    });
    expect(planned.occurrences[0]).toMatchObject({ count: 365 * 86_400 - 100 });
    expect(planned.occurrences.at(-1)).toMatchObject({ decision: 'run', nominalAt: at('00:00:00') });
  });
});

describe('a one-shot [rule 19: intervals and one-shots]', () => {
  const oneShot: Schedule = { type: 'one_shot', at: at('01:00') };

  it('runs once, however often it is planned', () => {
    const first = plan({ schedule: oneShot, lastNominalAt: null });
    expect(told(first)).toEqual(['01:00 run']);
    expect(first.nextNominalAt).toBeNull();
    expect(told(plan({ schedule: oneShot, lastNominalAt: first.lastNominalAt }))).toEqual([]);
  });

  it('runs at once if it was created in the past, because its policy accepted it', () => {
    const late = { schedule: oneShot, lastNominalAt: null, startAt: at('08:00'), now: at('08:00:01') };
    expect(told(plan(late))).toEqual(['01:00 run']);
    expect(told(plan(late, { misfire: 'skip' }))).toEqual(['01:00 misfire_skipped']);
  });
});

describe('blackouts', () => {
  const nights: Partial<SchedulePolicies> = {
    blackouts: [{ type: 'weekly', days: [5], from: '22:00', to: '02:00', timeZone: 'UTC' }],
  };

  it('a window that passes midnight belongs to the day on which it starts (2026-11-20 is a Friday)', () => {
    expect(
      told(
        plan(
          { lastNominalAt: new Date('2026-11-20T20:00:00Z'), now: at('02:00') },
          { ...nights, misfire: 'all' },
        ),
      ),
    ).toEqual([
      '21:00 run',
      '22:00 blackout',
      '23:00 blackout',
      '00:00 blackout',
      '01:00 blackout',
      '02:00 run',
    ]);
    expect(told(plan({ lastNominalAt: at('21:00'), now: at('22:00') }, nights))).toEqual(['22:00 run']);
  });

  it('once: the newest occurrence outside the window runs', () => {
    expect(
      told(
        plan(
          { lastNominalAt: new Date('2026-11-20T20:00:00Z'), now: at('01:30') },
          {
            ...nights,
            blackouts: [{ type: 'one_off', startsAt: new Date('2026-11-20T22:30:00Z'), endsAt: at('01:10') }],
          },
        ),
      ),
    ).toEqual(['21:00 misfire_collapsed', '22:00 run', '23:00 blackout', '00:00 blackout', '01:00 blackout']);
  });

  it('missed occurrences do not run inside a window', () => {
    const window = { type: 'one_off', startsAt: at('04:30'), endsAt: at('06:00') } as const;
    expect(
      told(plan({ now: at('05:00'), lastNominalAt: at('02:00') }, { misfire: 'all', blackouts: [window] })),
    ).toEqual(['03:00 blackout', '04:00 blackout', '05:00 blackout']);
  });

  it('follow the clock of their own zone', () => {
    const tokyoMornings = {
      type: 'weekly',
      days: [6],
      from: '09:30',
      to: '10:30',
      timeZone: 'Asia/Tokyo',
    } as const;
    expect(told(plan({}, { blackouts: [tokyoMornings] }))).toEqual(['01:00 blackout']);
  });
});

describe('the limit of `all` [rule 21: misfire and overlap]', () => {
  it('is what it makes up for, however many instants are due just now', () => {
    const everyTenSeconds: Schedule = { type: 'cron', expression: '*/10 * * * * *', timeZone: 'UTC' };
    const planned = plan(
      { schedule: everyTenSeconds, now: at('01:00:05') },
      { misfire: 'all', misfireLimit: 10 },
    );
    const runs = planned.occurrences.filter((one) => one.decision === 'run');
    expect(runs.map(({ isMadeUp }) => isMadeUp)).toEqual(Array.from({ length: 10 }, () => true));
    expect(runs.at(-1)!.nominalAt).toEqual(at('01:00'));
    const skipped = planned.occurrences.filter((one) => one.decision === 'skip');
    expect(skipped.reduce((sum, { count }) => sum + count, 0)).toBe(350);
  });
});

describe('disabled schedules [rule 22: switching off]', () => {
  it('occurrences due while disabled are skipped, with the widest reason', () => {
    expect(told(plan({ offPeriods: [off('00:30', null)] }))).toEqual(['01:00 disabled']);
    expect(told(plan({ offPeriods: [off('00:30', null, 'globally_disabled'), off('00:10', null)] }))).toEqual(
      ['01:00 globally_disabled'],
    );
    expect(told(plan({ offPeriods: [off('00:30', null, 'plugin_disabled')] }))).toEqual([
      '01:00 plugin_disabled',
    ]);
  });

  it('what was due but undecided does not start after switching off, and says so', () => {
    expect(told(plan({ now: at('01:00:05'), offPeriods: [off('01:00:01', null)] }))).toEqual([
      '01:00 disabled',
    ]);
  });

  it('what was due but undecided runs if it is on again', () => {
    const offPeriods = [off('01:00:01', '01:00:03')];
    expect(told(plan({ now: at('01:00:05'), offPeriods }))).toEqual(['01:00 run']);
  });

  it('enabling does not run missed occurrences', () => {
    const offPeriods = [off('00:00', '03:30')];
    expect(told(plan({ now: at('05:30'), offPeriods }))).toEqual([
      '01:00..03:00 disabled x3',
      '04:00 misfire_collapsed',
      '05:00 run',
    ]);
    expect(told(plan({ now: at('03:30'), offPeriods: [off('00:00', '03:29')] }, { misfire: 'all' }))).toEqual(
      ['01:00..03:00 disabled x3'],
    );
  });

  it('switched several times between two ticks: each instant gets its own answer', () => {
    const offPeriods = [off('01:30', '02:30'), off('03:30', '04:30', 'globally_disabled')];
    expect(told(plan({ now: at('06:30'), offPeriods }, { misfire: 'all' }))).toEqual([
      '01:00 run',
      '02:00 disabled',
      '03:00 run',
      '04:00 globally_disabled',
      '05:00 run',
      '06:00 run',
    ]);
  });

  it('with catchUpAfterEnable they stay due and count as missed', () => {
    const held = plan({ offPeriods: [off('00:00', null)], now: at('05:30') }, { catchUpAfterEnable: true });
    expect(held).toMatchObject({ occurrences: [], lastNominalAt: at('00:00'), nextNominalAt: at('01:00') });
    expect(
      told(
        plan(
          { now: at('02:30'), offPeriods: [off('00:00', '02:29')] },
          { catchUpAfterEnable: true, misfire: 'all' },
        ),
      ),
    ).toEqual(['01:00 run', '02:00 run']);
  });

  it('a disabled year becomes one row with an exact count [rule 41: nothing due is lost]', () => {
    const planned = plan({
      lastNominalAt: new Date('2025-11-21T00:00:00Z'),
      offPeriods: [{ since: new Date('2025-11-21T00:00:00Z'), until: null, reason: 'disabled' }],
      now: at('00:30'),
    });
    expect(planned.occurrences).toMatchObject([{ decision: 'skip', reason: 'disabled', count: 365 * 24 }]);
    expect(planned.nextNominalAt).toEqual(at('01:00'));
  });
});

describe('a schedule that was changed or deleted [rule 41: nothing due is lost]', () => {
  const ended = { now: at('03:30'), supersededAt: at('02:10') };

  it('decides what was due before, and nothing later', () => {
    const planned = plan(ended);
    expect(told(planned)).toEqual(['01:00 misfire_collapsed', '02:00 run']);
    expect(planned).toMatchObject({ nextNominalAt: null, nextDueAt: null });
  });

  it('waits for the spread of its last instant', () => {
    const offsetSeconds = spreadOffsetSeconds('a', hourly, 1800);
    const dueAt = new Date(at('01:00').getTime() + offsetSeconds * 1000);
    const early = plan(
      { now: new Date(dueAt.getTime() - 1), supersededAt: at('01:00:01') },
      { spreadSeconds: 1800 },
    );
    expect(early).toMatchObject({ occurrences: [], nextNominalAt: at('01:00'), nextDueAt: dueAt });
  });

  it('starts nothing if it was deleted, and says so', () => {
    const deleted = { ...ended, isDeleted: true };
    expect(told(plan(deleted))).toEqual(['01:00..02:00 schedule_deleted x2']);
    expect(
      told(plan({ ...deleted, offPeriods: [off('00:00', null)] }, { catchUpAfterEnable: true })),
    ).toEqual(['01:00..02:00 schedule_deleted x2']);
  });
});

describe('[rule 23: spread]', () => {
  it('the offset of a schedule is stable, and below the spread and the period', () => {
    const minutely: Schedule = { type: 'cron', expression: '* * * * *', timeZone: 'UTC' };
    const offsets = Array.from({ length: 2_000 }, (_, index) =>
      spreadOffsetSeconds(`schedule-${index}`, hourly, 600),
    );
    expect(offsets).toEqual(
      Array.from({ length: 2_000 }, (_, index) => spreadOffsetSeconds(`schedule-${index}`, hourly, 600)),
    );
    expect(Math.min(...offsets)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...offsets)).toBeLessThan(600);
    expect(new Set(offsets).size).toBeGreaterThan(500);
    for (let index = 0; index < 500; index += 1) {
      expect(spreadOffsetSeconds(`schedule-${index}`, minutely, 600)).toBeLessThan(60);
    }
    expect(spreadOffsetSeconds('a', { type: 'interval', seconds: 1, anchorAt: at('00:00') }, 600)).toBe(0);
    expect(spreadOffsetSeconds('a', hourly, 0)).toBe(0);
  });

  it('a spread occurrence is due at its offset', () => {
    const spread = { spreadSeconds: 1800 };
    const offsetSeconds = spreadOffsetSeconds('a', hourly, 1800);
    expect(offsetSeconds).toBeGreaterThan(0);
    const dueAt = new Date(at('01:00').getTime() + offsetSeconds * 1000);
    expect(told(plan({ now: new Date(dueAt.getTime() - 1) }, spread))).toEqual([]);
    const planned = plan({ now: dueAt }, spread);
    expect(planned.occurrences).toEqual([
      { decision: 'run', nominalAt: at('01:00'), dueAt: dueAt, isMadeUp: false },
    ]);
    expect(planned.nextDueAt).toEqual(new Date(dueAt.getTime() + 3_600_000));
  });
});

describe('preview', () => {
  it('shows what will run and what a blackout will skip', () => {
    const previewed = previewOccurrences({
      scheduleId: 'a',
      schedule: hourly,
      policies: {
        spreadSeconds: 0,
        blackouts: [{ type: 'one_off', startsAt: at('02:00'), endsAt: at('03:00') }],
      },
      from: at('00:30'),
      count: 3,
    });
    expect(previewed).toEqual([
      { nominalAt: at('01:00'), dueAt: at('01:00'), decision: 'run', reason: null },
      { nominalAt: at('02:00'), dueAt: at('02:00'), decision: 'skip', reason: 'blackout' },
      { nominalAt: at('03:00'), dueAt: at('03:00'), decision: 'run', reason: null },
    ]);
  });

  it('is shorter when the schedule ends', () => {
    const oneShot: Schedule = { type: 'one_shot', at: at('01:00') };
    expect(
      previewOccurrences({ scheduleId: 'a', schedule: oneShot, policies, from: at('00:00'), count: 5 }),
    ).toHaveLength(1);
  });
});
