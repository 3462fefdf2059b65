import { describe, expect, it } from 'vitest';
import { parsePolicies } from './parse-policies.ts';
import { parseSchedule } from './parse-schedule.ts';

const now = new Date('2026-11-21T09:00:00Z');
const once = { now, misfire: 'once' } as const;

function problemsOf(input: unknown, options: Parameters<typeof parseSchedule>[1] = once): string[] {
  const parsed = parseSchedule(input, options);
  return parsed.ok ? [] : parsed.problems.map(({ field, problem }) => `${field} ${problem}`);
}

const cron = (expression: unknown, timeZone: unknown = 'Asia/Tokyo') => ({
  type: 'cron',
  expression,
  timeZone,
});

describe('a valid cron expression [rule 17: cron and time zones]', () => {
  it.each([
    '0 6 * * 1-5',
    '  0   6 * * 1-5 ',
    '30 0 6 * * *',
    '0 0 L * *',
    '0 0 LW * *',
    '0 0 1,15W * *',
    '0 0 * * FRI#2',
    '0 0 * * 5L',
    '0 0 ? JAN-mar MON,7',
    '0 0 13 * +FRI',
    '@daily',
    '@Weekly',
    '0 0 29 2 *',
  ])('accepts %s', (expression) => {
    expect(problemsOf(cron(expression))).toEqual([]);
  });

  it.each<[expression: unknown, problem: string]>([
    [undefined, 'expression_missing'],
    [17, 'expression_missing'],
    ['', 'expression_missing'],
    ['0,'.repeat(150) + '1 * * * *', 'expression_too_long'],
    ['* * * *', 'expression_field_count'],
    ['0 0 0 * * * 2030', 'expression_field_count'],
    ['@fortnightly', 'alias_unknown'],
    ['@reboot', 'alias_reboot'],
    ['60 * * * *', 'field_out_of_range'],
    ['* 24 * * *', 'field_out_of_range'],
    ['* * 0 * *', 'field_out_of_range'],
    ['* * * 13 *', 'field_out_of_range'],
    ['* * * * 8', 'field_out_of_range'],
    ['* * * * FRI#6', 'field_out_of_range'],
    ['* 22-2 * * *', 'field_range_reversed'],
    ['*/0 * * * *', 'field_step_invalid'],
    ['5/15 * * * *', 'field_step_invalid'],
    ['*/61 * * * *', 'field_step_invalid'],
    ['* * * MAI *', 'field_illegal_character'],
    ['* * * * MONDAY', 'field_illegal_character'],
    ['１ * * * *', 'field_illegal_character'],
    ['* * 1,,2 * *', 'field_not_understood'],
    ['0 0 30 2 *', 'expression_never_occurs'],
    ['0 0 31 4,6,9,11 *', 'expression_never_occurs'],
    // The next 29 February that is a Monday comes in 2044.
    ['0 0 29 2 +MON', 'expression_never_occurs'],
  ])('rejects %s: %s', (expression, problem) => {
    expect(problemsOf(cron(expression))).toEqual([`expression ${problem}`]);
  });

  it('reports every invalid field, with a sentence for the API', () => {
    const parsed = parseSchedule(cron('61 25 * * *'), once);
    expect(parsed.ok ? [] : parsed.problems).toEqual([
      {
        field: 'expression',
        problem: 'field_out_of_range',
        values: { cronField: 'minute', text: '61' },
        sentence: "'61' for minutes (0-59) is out of range.",
      },
      {
        field: 'expression',
        problem: 'field_out_of_range',
        values: { cronField: 'hour', text: '25' },
        sentence: "'25' for hours (0-23) is out of range.",
      },
    ]);
  });

  it.each<[timeZone: unknown, problem: string]>([
    [undefined, 'time_zone_missing'],
    ['', 'time_zone_missing'],
    ['Asia/Tokio', 'time_zone_unknown'],
    ['+09:00', 'time_zone_unknown'],
    ['JST', 'time_zone_unknown'],
  ])('rejects the zone %s: %s', (timeZone, problem) => {
    expect(problemsOf({ type: 'cron', expression: '0 6 * * *', timeZone })).toEqual([`timeZone ${problem}`]);
  });
});

describe('a valid interval or one-shot [rule 19: intervals and one-shots]', () => {
  it('anchors an interval without an anchor now', () => {
    expect(parseSchedule({ type: 'interval', seconds: 60 }, once)).toEqual({
      ok: true,
      schedule: { type: 'interval', seconds: 60, anchorAt: now },
    });
  });

  it.each<[input: object, problem: string]>([
    [{ seconds: 0 }, 'seconds seconds_out_of_range'],
    [{ seconds: 366 * 86_400 + 1 }, 'seconds seconds_out_of_range'],
    [{ seconds: 1.5 }, 'seconds seconds_not_whole'],
    [{ seconds: '60' }, 'seconds seconds_not_whole'],
    [{}, 'seconds seconds_not_whole'],
    [{ seconds: 60, anchorAt: '2026-11-21' }, 'anchorAt anchor_invalid'],
  ])('rejects the interval %j', (input, problem) => {
    expect(problemsOf({ type: 'interval', ...input })).toEqual([problem]);
  });

  it('runs a one-shot in the past at once, or rejects it under misfire skip', () => {
    const past = { type: 'one_shot', at: '2026-11-21T17:59:59+09:00' };
    expect(problemsOf(past, { now, misfire: 'once' })).toEqual([]);
    expect(problemsOf(past, { now, misfire: 'all' })).toEqual([]);
    expect(problemsOf(past, { now, misfire: 'skip' })).toEqual(['at one_shot_in_past']);
  });

  it.each<[input: object, problem: string]>([
    [{ at: 'tomorrow' }, 'at one_shot_invalid'],
    [{ at: '2026-12-01T09:00:00' }, 'at one_shot_invalid'],
    [{ at: '2040-01-01T00:00:00Z' }, 'at one_shot_too_far'],
  ])('rejects the one-shot %j', (input, problem) => {
    expect(problemsOf({ type: 'one_shot', ...input })).toEqual([problem]);
  });

  it('rejects anything else', () => {
    expect(problemsOf('0 6 * * *')).toEqual(['schedule not_an_object']);
    expect(problemsOf({ type: 'sometimes' })).toEqual(['type type_unknown']);
  });
});

describe('valid policies [rule 21: misfire and overlap]', () => {
  it('fills in defaults', () => {
    expect(parsePolicies({})).toEqual({
      ok: true,
      policies: {
        misfire: 'once',
        misfireLimit: 100,
        overlap: 'skip',
        spreadSeconds: 0,
        blackouts: [],
        catchUpAfterEnable: false,
      },
    });
  });

  it.each<[input: object, problem: string]>([
    [{ misfire: 'sometimes' }, 'misfire choice_unknown'],
    [{ misfireLimit: 0 }, 'misfireLimit number_out_of_range'],
    [{ spreadSeconds: 1.5 }, 'spreadSeconds number_out_of_range'],
    [
      { blackouts: [{ type: 'weekly', days: [], from: '22:00', to: '06:00', timeZone: 'Asia/Tokyo' }] },
      'blackouts.0.days days_invalid',
    ],
    [
      { blackouts: [{ type: 'weekly', days: [1], from: '25:00', to: '06:00', timeZone: 'Asia/Tokyo' }] },
      'blackouts.0.from time_of_day_invalid',
    ],
    [
      { blackouts: [{ type: 'weekly', days: [1], from: '22:00', to: '24:00', timeZone: 'Mars' }] },
      'blackouts.0.timeZone time_zone_unknown',
    ],
    [
      { blackouts: [{ type: 'one_off', startsAt: '2026-01-02T00:00:00Z', endsAt: '2026-01-01T00:00:00Z' }] },
      'blackouts.0.endsAt window_ends_before_it_starts',
    ],
  ])('rejects %j', (input, expected) => {
    const parsed = parsePolicies(input);
    expect(parsed.ok ? [] : parsed.problems.map(({ field, problem }) => `${field} ${problem}`)).toEqual([
      expected,
    ]);
  });
});
