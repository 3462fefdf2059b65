import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextNominal, previousNominal } from './next-occurrence.ts';
import type { CronSchedule, Schedule } from './schedule.ts';

const cron = (expression: string, timeZone: string): CronSchedule => ({ type: 'cron', expression, timeZone });

function listFrom(schedule: Schedule, from: string, count: number): string[] {
  const instants: string[] = [];
  let after: Date | null = new Date(from);
  while (instants.length < count) {
    after = nextNominal(schedule, after);
    if (!after) break;
    instants.push(after.toISOString().replace(':00.000Z', 'Z'));
  }
  return instants;
}

describe('a nominal time in a gap runs at the first instant after it [rule 18: daylight saving]', () => {
  it.each<[zone: string, expression: string, from: string, expected: string[]]>([
    // 2026-03-08 02:00 -> 03:00, at 07:00Z
    ['America/New_York', '30 2 * * *', '2026-03-07T12:00Z', ['2026-03-08T07:00Z', '2026-03-09T06:30Z']],
    ['America/New_York', '0 2 * * *', '2026-03-07T12:00Z', ['2026-03-08T07:00Z', '2026-03-09T06:00Z']],
    ['America/New_York', '0 3 * * *', '2026-03-07T12:00Z', ['2026-03-08T07:00Z', '2026-03-09T07:00Z']],
    // Two times in one gap, and one time in the gap with the first instant after it, run once.
    ['America/New_York', '15,45 2 * * *', '2026-03-07T12:00Z', ['2026-03-08T07:00Z', '2026-03-09T06:15Z']],
    ['America/New_York', '0 2,3 * * *', '2026-03-07T12:00Z', ['2026-03-08T07:00Z', '2026-03-09T06:00Z']],
    // 2026-03-29 01:00 -> 02:00, at 01:00Z
    ['Europe/London', '30 1 * * *', '2026-03-28T12:00Z', ['2026-03-29T01:00Z', '2026-03-30T00:30Z']],
    ['Europe/London', '30 1 29 3 *', '2026-01-01T00:00Z', ['2026-03-29T01:00Z', '2027-03-29T00:30Z']],
    // 2026-10-04 02:00 -> 02:30, at 2026-10-03T15:30Z
    ['Australia/Lord_Howe', '15 2 * * *', '2026-10-03T12:00Z', ['2026-10-03T15:30Z', '2026-10-04T15:15Z']],
    ['Australia/Lord_Howe', '45 2 * * *', '2026-10-03T12:00Z', ['2026-10-03T15:45Z', '2026-10-04T15:45Z']],
    // 2018-11-04 00:00 -> 01:00, at 03:00Z
    ['America/Sao_Paulo', '0 0 * * *', '2018-11-03T12:00Z', ['2018-11-04T03:00Z', '2018-11-05T02:00Z']],
    ['America/Sao_Paulo', '@daily', '2018-11-03T12:00Z', ['2018-11-04T03:00Z', '2018-11-05T02:00Z']],
    // 2026-04-24 00:00 -> 01:00, at 2026-04-23T22:00Z
    ['Africa/Cairo', '30 0 * * *', '2026-04-23T12:00Z', ['2026-04-23T22:00Z', '2026-04-24T21:30Z']],
    ['Asia/Tokyo', '30 2 * * *', '2026-03-07T12:00Z', ['2026-03-07T17:30Z', '2026-03-08T17:30Z']],
    // A step chooses hours like a list does: Vixie cron loses the run in the gap.
    ['America/New_York', '0 */2 * * *', '2026-03-08T05:00Z', ['2026-03-08T07:00Z', '2026-03-08T08:00Z']],
    ['Africa/Cairo', '0 */6 * * *', '2026-04-23T16:00Z', ['2026-04-23T22:00Z', '2026-04-24T03:00Z']],
  ])('%s %s', (zone, expression, from, expected) => {
    expect(listFrom(cron(expression, zone), from, expected.length)).toEqual(expected);
  });

  it('also if the gap reaches past midnight, where croner 11.0.1 skips the occurrence', () => {
    // 2026-03-28 23:00 -> 2026-03-29 00:00, at 01:00Z
    expect(listFrom(cron('30 23 * * *', 'America/Nuuk'), '2026-03-28T12:00Z', 2)).toEqual([
      '2026-03-29T01:00Z',
      '2026-03-30T00:30Z',
    ]);
  });

  it('also if a whole day is missing, where croner 11.0.1 skips the occurrence', () => {
    // Samoa went from 2011-12-29 24:00 (-10) straight to 2011-12-31 00:00 (+14), at 10:00Z
    expect(listFrom(cron('0 6 * * *', 'Pacific/Apia'), '2011-12-29T12:00Z', 3)).toEqual([
      '2011-12-29T16:00Z',
      '2011-12-30T10:00Z',
      '2011-12-30T16:00Z',
    ]);
    expect(listFrom(cron('0 6 30 * *', 'Pacific/Apia'), '2011-12-01T00:00Z', 2)).toEqual([
      '2011-12-30T10:00Z',
      '2012-01-29T16:00Z',
    ]);
    expect(listFrom(cron('0 */12 * * *', 'Pacific/Apia'), '2011-12-29T12:00Z', 3)).toEqual([
      '2011-12-29T22:00Z',
      '2011-12-30T10:00Z',
      '2011-12-30T22:00Z',
    ]);
  });

  it('also with open minutes in chosen hours, which croner and Vixie cron skip on that day', () => {
    expect(listFrom(cron('*/30 2 * * *', 'America/New_York'), '2026-03-08T05:00Z', 3)).toEqual([
      '2026-03-08T07:00Z',
      '2026-03-09T06:00Z',
      '2026-03-09T06:30Z',
    ]);
    expect(listFrom(cron('0 2-22/10 * * *', 'America/New_York'), '2026-03-08T05:00Z', 2)).toEqual([
      '2026-03-08T07:00Z',
      '2026-03-08T16:00Z',
    ]);
  });
});

describe('in an overlap a fixed time runs once, at its first occurrence [rule 18: daylight saving]', () => {
  it.each<[zone: string, expression: string, from: string, expected: string[]]>([
    // 2026-11-01 02:00 -> 01:00, at 06:00Z
    ['America/New_York', '30 1 * * *', '2026-10-31T12:00Z', ['2026-11-01T05:30Z', '2026-11-02T06:30Z']],
    ['America/New_York', '0 1,2 * * *', '2026-10-31T12:00Z', ['2026-11-01T05:00Z', '2026-11-01T07:00Z']],
    ['Africa/Cairo', '0 */23 * * *', '2026-10-29T12:00Z', ['2026-10-29T20:00Z', '2026-10-29T22:00Z']],
    [
      'America/New_York',
      '0 1-23/2 * * *',
      '2026-10-31T18:00Z',
      [
        '2026-10-31T19:00Z',
        '2026-10-31T21:00Z',
        '2026-10-31T23:00Z',
        '2026-11-01T01:00Z',
        '2026-11-01T03:00Z',
      ].concat(['2026-11-01T05:00Z', '2026-11-01T08:00Z']),
    ],
    // 2026-10-25 02:00 -> 01:00, at 01:00Z
    ['Europe/London', '15 1 * * *', '2026-10-24T12:00Z', ['2026-10-25T00:15Z', '2026-10-26T01:15Z']],
    // 2026-04-05 02:00 -> 01:30, at 2026-04-04T15:00Z
    ['Australia/Lord_Howe', '45 1 * * *', '2026-04-04T12:00Z', ['2026-04-04T14:45Z', '2026-04-05T15:15Z']],
    ['Australia/Lord_Howe', '15 1 * * *', '2026-04-04T12:00Z', ['2026-04-04T14:15Z', '2026-04-05T14:45Z']],
    // 2018-02-18 00:00 -> 2018-02-17 23:00, at 02:00Z
    ['America/Sao_Paulo', '30 23 * * *', '2018-02-17T12:00Z', ['2018-02-18T01:30Z', '2018-02-19T02:30Z']],
    ['America/Sao_Paulo', '0 0 * * *', '2018-02-17T12:00Z', ['2018-02-18T03:00Z', '2018-02-19T03:00Z']],
    // 2026-10-30 00:00 -> 2026-10-29 23:00, at 2026-10-29T21:00Z
    ['Africa/Cairo', '30 23 * * *', '2026-10-29T12:00Z', ['2026-10-29T20:30Z', '2026-10-30T21:30Z']],
  ])('%s %s', (zone, expression, from, expected) => {
    expect(listFrom(cron(expression, zone), from, expected.length)).toEqual(expected);
  });

  it('an `after` within the second pass does not run the first pass again', () => {
    const schedule = cron('0,30 1 * * *', 'America/New_York');
    expect(listFrom(schedule, '2026-11-01T06:10Z', 1)).toEqual(['2026-11-02T06:00Z']);
  });
});

describe('a pattern with open hours keeps its interval [rule 18: daylight saving]', () => {
  it.each<[zone: string, expression: string, from: string, expected: string[]]>([
    ['America/New_York', '30 * * * *', '2026-03-08T06:00Z', ['2026-03-08T06:30Z', '2026-03-08T07:30Z']],
    ['America/New_York', '*/30 * * * *', '2026-03-08T06:29Z', ['2026-03-08T06:30Z', '2026-03-08T07:00Z']],
    ['America/New_York', '30 * * * *', '2026-11-01T05:00Z', ['2026-11-01T05:30Z', '2026-11-01T06:30Z']],
    ['America/New_York', '30 0-23 * * *', '2026-11-01T05:00Z', ['2026-11-01T05:30Z', '2026-11-01T06:30Z']],
    ['America/New_York', '@hourly', '2026-11-01T05:00Z', ['2026-11-01T06:00Z', '2026-11-01T07:00Z']],
    ['Australia/Lord_Howe', '*/20 * * * *', '2026-04-04T14:39Z', ['2026-04-04T14:40Z', '2026-04-04T15:10Z']],
    // Open minutes within chosen hours: both passes.
    ['Europe/London', '*/30 1 * * *', '2026-10-25T00:00Z', ['2026-10-25T00:30Z', '2026-10-25T01:00Z']],
    // On the clock, the repeated hour is before `after`, and the next match is a year later.
    ['Africa/Cairo', '*/30 * 29 10 *', '2026-10-29T20:30Z', ['2026-10-29T21:00Z', '2026-10-29T21:30Z']],
  ])('%s %s', (zone, expression, from, expected) => {
    expect(listFrom(cron(expression, zone), from, expected.length)).toEqual(expected);
  });
});

describe('what patterns mean [rule 17: cron and time zones]', () => {
  it.each<[expression: string, from: string, expected: string[]]>([
    // Day of month OR day of week if both are restricted: the 13th and every Friday.
    ['0 0 13 * FRI', '2026-11-01T00:00Z', ['2026-11-06T00:00Z', '2026-11-13T00:00Z', '2026-11-20T00:00Z']],
    ['0 0 13 * *', '2026-11-01T00:00Z', ['2026-11-13T00:00Z', '2026-12-13T00:00Z']],
    ['0 0 13 * ?', '2026-11-01T00:00Z', ['2026-11-13T00:00Z', '2026-12-13T00:00Z']],
    ['0 0 ? * 5', '2026-11-01T00:00Z', ['2026-11-06T00:00Z', '2026-11-13T00:00Z']],
    // croner's own character for "both at once": only a Friday the 13th.
    ['0 0 13 * +FRI', '2026-11-14T00:00Z', ['2027-08-13T00:00Z']],
    ['0 0 L * *', '2027-02-01T00:00Z', ['2027-02-28T00:00Z', '2027-03-31T00:00Z']],
    ['0 0 LW * *', '2027-02-01T00:00Z', ['2027-02-26T00:00Z', '2027-03-31T00:00Z']],
    ['0 0 15W * *', '2026-11-01T00:00Z', ['2026-11-16T00:00Z', '2026-12-15T00:00Z']],
    ['0 0 * * MON#2', '2026-11-01T00:00Z', ['2026-11-09T00:00Z', '2026-12-14T00:00Z']],
    ['0 0 * * 5L', '2026-11-01T00:00Z', ['2026-11-27T00:00Z', '2026-12-25T00:00Z']],
    ['0 0 * * 7', '2026-11-01T00:00Z', ['2026-11-08T00:00Z']],
    ['0 0 1 JAN,jul *', '2026-11-01T00:00Z', ['2027-01-01T00:00Z', '2027-07-01T00:00Z']],
    ['0 0 29 2 *', '2026-11-01T00:00Z', ['2028-02-29T00:00Z', '2032-02-29T00:00Z']],
    ['30 0 12 * * *', '2026-11-01T00:00Z', ['2026-11-01T12:00:30.000Z']],
    ['@weekly', '2026-11-02T00:00Z', ['2026-11-08T00:00Z']],
    ['@yearly', '2026-11-02T00:00Z', ['2027-01-01T00:00Z']],
  ])('%s', (expression, from, expected) => {
    expect(listFrom(cron(expression, 'UTC'), from, expected.length)).toEqual(expected);
  });

  it('an `after` with milliseconds does not lose or repeat a second', () => {
    const schedule = cron('* * * * * *', 'Asia/Tokyo');
    expect(nextNominal(schedule, new Date('2026-11-21T00:00:00.999Z'))).toEqual(
      new Date('2026-11-21T00:00:01Z'),
    );
    expect(nextNominal(schedule, new Date('2026-11-21T00:00:01.000Z'))).toEqual(
      new Date('2026-11-21T00:00:02Z'),
    );
  });
});

describe('[rule 19: intervals and one-shots]', () => {
  const everyNinetyMinutes: Schedule = {
    type: 'interval',
    seconds: 5400,
    anchorAt: new Date('2026-01-01T00:15:00Z'),
  };

  it('an interval occurs at its anchor first, never before it', () => {
    expect(listFrom(everyNinetyMinutes, '2020-01-01T00:00Z', 2)).toEqual([
      '2026-01-01T00:15Z',
      '2026-01-01T01:45Z',
    ]);
  });

  it('an interval does not drift, however late or early it is evaluated', () => {
    expect(listFrom(everyNinetyMinutes, '2026-01-01T01:44:59.999Z', 1)).toEqual(['2026-01-01T01:45Z']);
    expect(listFrom(everyNinetyMinutes, '2026-01-01T01:45Z', 1)).toEqual(['2026-01-01T03:15Z']);
    expect(listFrom(everyNinetyMinutes, '2036-07-01T12:00Z', 1)).toEqual(['2036-07-01T12:15Z']);
  });

  it('a one-shot occurs once', () => {
    const schedule: Schedule = { type: 'one_shot', at: new Date('2026-05-05T05:05:00Z') };
    expect(listFrom(schedule, '2026-01-01T00:00Z', 5)).toEqual(['2026-05-05T05:05Z']);
    expect(nextNominal(schedule, schedule.at)).toBeNull();
  });
});

describe('against random patterns and zones', () => {
  /** Returns days around clock changes, and one ordinary day. */
  const windows: [timeZone: string, day: string][] = [
    ['America/New_York', '2026-03-08'],
    ['America/New_York', '2026-11-01'],
    ['Europe/London', '2026-03-29'],
    ['Europe/London', '2026-10-25'],
    ['Asia/Tokyo', '2026-02-28'],
    ['Australia/Lord_Howe', '2026-04-05'],
    ['Australia/Lord_Howe', '2026-10-04'],
    ['America/Sao_Paulo', '2018-02-18'],
    ['America/Sao_Paulo', '2018-11-04'],
    ['Africa/Cairo', '2026-04-24'],
    ['Africa/Cairo', '2026-10-30'],
    ['America/Nuuk', '2026-03-29'],
    ['Pacific/Apia', '2011-12-30'],
    ['Africa/Casablanca', '2026-02-15'],
    ['Africa/Casablanca', '2026-03-22'],
    ['Asia/Kathmandu', '2026-01-01'],
    ['Europe/Berlin', '2031-03-30'],
    ['Europe/Berlin', '1996-10-27'],
    ['America/Sao_Paulo', '2002-11-03'],
    ['America/Sao_Paulo', '2010-02-21'],
    ['Australia/Lord_Howe', '2029-10-07'],
  ];

  interface Field {
    text: string;
    allowed: Set<number>;
    isOpen: boolean;
  }

  const fieldOf = (low: number, high: number): fc.Arbitrary<Field> => {
    const all = Array.from({ length: high - low + 1 }, (_, index) => low + index);
    const value = fc.integer({ min: low, max: high });
    return fc.oneof(
      fc.constant({ text: '*', allowed: new Set(all), isOpen: true }),
      fc.integer({ min: 2, max: Math.min(15, high - low) }).map((step) => ({
        text: `*/${step}`,
        allowed: new Set(all.filter((number) => (number - low) % step === 0)),
        isOpen: true,
      })),
      fc.uniqueArray(value, { minLength: 1, maxLength: 4 }).map((values) => ({
        text: values.join(','),
        allowed: new Set(values),
        isOpen: false,
      })),
      fc.tuple(value, value, fc.integer({ min: 1, max: 3 })).map(([one, other, step]) => {
        const from = Math.min(one, other);
        const to = Math.max(one, other);
        const allowed = new Set(all.filter((n) => n >= from && n <= to && (n - from) % step === 0));
        return { text: `${from}-${to}/${step}`, allowed, isOpen: allowed.size === all.length };
      }),
    );
  };
  const anyDay = fc.oneof(
    { weight: 3, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fieldOf(1, 31) },
  );
  const anyWeekday = fc.oneof(
    { weight: 3, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fieldOf(0, 6) },
  );
  const anyPattern = fc.record({
    minute: fieldOf(0, 59),
    hour: fieldOf(0, 23),
    dayOfMonth: anyDay,
    dayOfWeek: anyWeekday,
  });
  type Pattern = typeof anyPattern extends fc.Arbitrary<infer Value> ? Value : never;

  const textOf = ({ minute, hour, dayOfMonth, dayOfWeek }: Pattern) =>
    [minute.text, hour.text, dayOfMonth?.text ?? '*', '*', dayOfWeek?.text ?? '*'].join(' ');

  function matches(pattern: Pattern, wallMs: number): boolean {
    const wall = new Date(wallMs);
    const isDay = pattern.dayOfMonth?.allowed.has(wall.getUTCDate());
    const isWeekday = pattern.dayOfWeek?.allowed.has(wall.getUTCDay());
    // A field that is `*` does not restrict; two restricted fields are alternatives.
    const restrictions = [
      pattern.dayOfMonth?.text === '*' ? undefined : isDay,
      pattern.dayOfWeek?.text === '*' ? undefined : isWeekday,
    ].filter((answer) => answer !== undefined);
    return (
      pattern.minute.allowed.has(wall.getUTCMinutes()) &&
      pattern.hour.allowed.has(wall.getUTCHours()) &&
      (restrictions.length === 0 || restrictions.includes(true))
    );
  }

  const minuteMs = 60_000;
  const wallClocks = new Map<string, Map<number, number>>();
  /** Asks Intl in a different way than the tested code does. Results are cached, because there are few windows. */
  function wallOf(timeZone: string, instantMs: number): number {
    const known = wallClocks.get(timeZone) ?? new Map<number, number>();
    wallClocks.set(timeZone, known);
    let wallMs = known.get(instantMs);
    if (wallMs === undefined) {
      wallMs = Date.parse(`${clockOf(timeZone).format(instantMs).replace(' ', 'T')}Z`);
      known.set(instantMs, wallMs);
    }
    return wallMs;
  }

  const clocks = new Map<string, Intl.DateTimeFormat>();
  function clockOf(timeZone: string): Intl.DateTimeFormat {
    const clock =
      clocks.get(timeZone) ??
      new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
    clocks.set(timeZone, clock);
    return clock;
  }

  /** Checks every minute against the rule alone. */
  function bruteForce(pattern: Pattern, timeZone: string, fromMs: number, untilMs: number): number[] {
    const isElapsed = pattern.hour.allowed.size === 24;
    const isFixed = !isElapsed && !pattern.minute.isOpen;
    const seen = new Set<number>();
    const found: number[] = [];
    let previousWall = wallOf(timeZone, fromMs - 30 * 60 * minuteMs);
    for (let instant = fromMs - 30 * 60 * minuteMs + minuteMs; instant < untilMs; instant += minuteMs) {
      const wall = wallOf(timeZone, instant);
      let isDue = matches(pattern, wall) && !(isFixed && seen.has(wall));
      if (!isElapsed) {
        for (let skipped = previousWall + minuteMs; skipped < wall; skipped += minuteMs) {
          isDue ||= matches(pattern, skipped);
        }
      }
      seen.add(wall);
      previousWall = wall;
      if (isDue && instant > fromMs) found.push(instant);
    }
    return found;
  }

  it('next instants equal a minute-by-minute oracle [rule 17: cron and time zones] [rule 18: daylight saving]', () => {
    fc.assert(
      fc.property(anyPattern, fc.constantFrom(...windows), (pattern, [timeZone, day]) => {
        const fromMs = Date.parse(`${day}T00:00:00Z`) - 20 * 60 * minuteMs;
        const untilMs = fromMs + 44 * 60 * minuteMs;
        const schedule = cron(textOf(pattern), timeZone);
        const found: number[] = [];
        let next = nextNominal(schedule, new Date(fromMs));
        while (next && next.getTime() < untilMs) {
          found.push(next.getTime());
          next = nextNominal(schedule, next);
        }
        expect(found).toEqual(bruteForce(pattern, timeZone, fromMs, untilMs));
      }),
      { numRuns: 300 },
    );
  }, 60_000);

  it('a step chooses the same instants as the list of its hours [rule 18: daylight saving]', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 23 }),
        fc.integer({ min: 0, max: 59 }),
        fc.constantFrom(...windows),
        (step, minute, [timeZone, day]) => {
          const hours = Array.from({ length: 24 }, (_, hour) => hour).filter((hour) => hour % step === 0);
          const from = new Date(Date.parse(`${day}T00:00:00Z`) - 20 * 60 * minuteMs).toISOString();
          const [stepped, listed] = [`*/${step}`, hours.join()].map((hour) =>
            listFrom(cron(`${minute} ${hour} * * *`, timeZone), from, 48),
          );
          expect(stepped).toEqual(listed);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('next instants strictly increase, and previousNominal finds the same ones [rule 18: daylight saving]', () => {
    fc.assert(
      fc.property(
        anyPattern,
        fc.constantFrom(...Intl.supportedValuesOf('timeZone')),
        fc.integer({ min: Date.UTC(1990, 0), max: Date.UTC(2037, 0) }),
        (pattern, timeZone, startMs) => {
          const schedule = cron(textOf(pattern), timeZone);
          let last = new Date(startMs);
          for (let step = 0; step < 5; step += 1) {
            const next = nextNominal(schedule, last);
            if (!next) return;
            expect(next.getTime()).toBeGreaterThan(last.getTime());
            if (step > 0) {
              expect(previousNominal(schedule, next, new Date(startMs))).toEqual(last);
            }
            last = next;
          }
        },
      ),
      { numRuns: 300 },
    );
  }, 60_000);
});

describe('previousNominal', () => {
  it('returns null when nothing is in between', () => {
    const schedule = cron('0 0 1 1 *', 'UTC');
    const at = (text: string) => new Date(text);
    expect(previousNominal(schedule, at('2026-12-31T00:00Z'), at('2026-01-01T00:00Z'))).toBeNull();
    expect(previousNominal(schedule, at('2026-12-31T00:00Z'), at('2025-12-31T00:00Z'))).toEqual(
      at('2026-01-01T00:00Z'),
    );
    expect(previousNominal(schedule, at('2026-01-01T00:00Z'), at('2025-06-01T00:00Z'))).toBeNull();
  });

  it('needs a single step for an interval', () => {
    const schedule: Schedule = { type: 'interval', seconds: 60, anchorAt: new Date('2026-01-01T00:00:00Z') };
    const at = (text: string) => new Date(text);
    expect(previousNominal(schedule, at('2026-01-01T00:02:00Z'), at('2020-01-01T00:00Z'))).toEqual(
      at('2026-01-01T00:01:00Z'),
    );
    expect(previousNominal(schedule, at('2026-01-01T00:00:00Z'), at('2020-01-01T00:00Z'))).toBeNull();
  });
});
