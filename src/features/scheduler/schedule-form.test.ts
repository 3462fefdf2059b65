import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '#domain/errors.ts';
import {
  blackoutRows,
  formatLocalTime,
  instantsInForm,
  readLocalTime,
  readScheduleForm,
  splitInterval,
} from './schedule-form.ts';

const now = new Date('2026-11-22T00:00:00Z');
const timeZone = 'Asia/Tokyo';
const read = (form: Record<string, unknown>) => readScheduleForm(form, { now, timeZone });

function problemsOf(form: Record<string, unknown>): [string, string][] {
  try {
    read(form);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return error.details.map(({ field, problem }) => [field, problem]);
  }
}

describe('readScheduleForm', () => {
  it('reads a cron pattern with its zone and policies', () => {
    const { schedule, policies } = read({
      type: 'cron',
      expression: ' 0 6 * * 1-5 ',
      timeZone: 'Europe/London',
      misfire: 'all',
      misfireLimit: '3',
      overlap: 'queue',
      spreadSeconds: '60',
      catchUpAfterEnable: 'on',
    });
    expect(schedule).toEqual({ type: 'cron', expression: '0 6 * * 1-5', timeZone: 'Europe/London' });
    expect(policies).toEqual({
      misfire: 'all',
      misfireLimit: 3,
      overlap: 'queue',
      spreadSeconds: 60,
      blackouts: [],
      catchUpAfterEnable: true,
    });
  });

  it('reads a time of day on days of the week or of the month as a pattern', () => {
    const weekly = { type: 'weekly', time: '09:05', timeZone, 'day.1': 'on', 'day.3': 'on', monthDay: '1' };
    expect(read(weekly).schedule).toEqual({ type: 'cron', expression: '5 9 * * 1,3', timeZone });
    const monthly = { type: 'monthly', time: '23:30', timeZone, 'day.1': 'on', monthDay: 'last' };
    expect(read(monthly).schedule).toEqual({ type: 'cron', expression: '30 23 L * *', timeZone });
  });

  it('keeps what it showed as it is stored: milliseconds, and which of two equal hours [rule 41: nothing due is lost]', () => {
    const berlin = 'Europe/Berlin';
    for (const at of ['2026-11-01T00:00:00.123Z', '2026-10-25T01:30:00Z', '2026-10-25T00:30:00Z']) {
      const anchorAt = new Date(at);
      const stored = { type: 'interval', seconds: 3_600, anchorAt } as const;
      const form = {
        type: 'interval',
        seconds: '1',
        unit: 'hours',
        anchorAt: formatLocalTime(anchorAt, berlin),
      };
      const { policies } = read({ ...form, unit: 'hours' });
      const known = instantsInForm({ schedule: stored, policies });
      expect(readScheduleForm(form, { now, timeZone: berlin, stored: known }).schedule).toEqual(stored);
    }
  });

  it('reads an interval in its unit and an anchor on the clock of the company', () => {
    const { schedule } = read({
      type: 'interval',
      seconds: '2',
      unit: 'hours',
      anchorAt: '2026-11-23T09:00',
    });
    expect(schedule).toEqual({ type: 'interval', seconds: 7200, anchorAt: new Date('2026-11-23T00:00:00Z') });
  });

  it('reads a one-shot on the clock of the company', () => {
    expect(read({ type: 'one_shot', at: '2026-11-24T06:30' }).schedule).toEqual({
      type: 'one_shot',
      at: new Date('2026-11-23T21:30:00Z'),
    });
  });

  it('leaves out empty rows of blackout windows and keeps the others', () => {
    const { policies } = read({
      type: 'interval',
      seconds: '5',
      unit: 'minutes',
      'blackout.0.type': 'weekly',
      'blackout.0.from': '',
      'blackout.0.to': '',
      'blackout.1.type': 'weekly',
      'blackout.1.days': ['0', '6'],
      'blackout.1.from': '22:00',
      'blackout.1.to': '06:00',
      'blackout.2.type': 'one_off',
      'blackout.2.startsAt': '2026-12-29T00:00',
      'blackout.2.endsAt': '2027-01-04T00:00',
    });
    expect(policies.blackouts).toEqual([
      { type: 'weekly', days: [0, 6], from: '22:00', to: '06:00', timeZone },
      {
        type: 'one_off',
        startsAt: new Date('2026-12-28T15:00:00Z'),
        endsAt: new Date('2027-01-03T15:00:00Z'),
      },
    ]);
    expect(blackoutRows(policies.blackouts, timeZone)).toHaveLength(4);
  });

  it.each([
    [{ type: 'weekly', time: '', timeZone, 'day.1': 'on' }, 'time', 'schedules.problems.time_of_day_invalid'],
    [{ type: 'weekly', time: '09:00', timeZone }, '', 'schedules.problems.days_invalid'],
    [
      { type: 'monthly', time: '09:00', timeZone, monthDay: '32' },
      'monthDay',
      'schedules.problems.choice_unknown',
    ],
    [
      { type: 'monthly', time: '09:00', timeZone: 'Mars', monthDay: '1' },
      'timeZone',
      'schedules.problems.time_zone_unknown',
    ],
    [
      { type: 'cron', expression: '61 * * * *', timeZone },
      'expression',
      'schedules.problems.field_out_of_range',
    ],
    [
      { type: 'cron', expression: '* * * * *', timeZone: 'Mars' },
      'timeZone',
      'schedules.problems.time_zone_unknown',
    ],
    [{ type: 'interval', seconds: '', unit: 'hours' }, 'seconds', 'schedules.problems.seconds_not_whole'],
    [{ type: 'one_shot', at: 'soon' }, 'at', 'schedules.problems.one_shot_invalid'],
    [
      { type: 'one_shot', at: '2026-11-01T00:00', misfire: 'skip' },
      'at',
      'schedules.problems.one_shot_in_past',
    ],
    [
      { type: 'interval', seconds: '5', unit: 'hours', spreadSeconds: '-1' },
      'spreadSeconds',
      'schedules.problems.number_out_of_range',
    ],
    [
      {
        type: 'interval',
        seconds: '5',
        unit: 'hours',
        'blackout.3.type': 'weekly',
        'blackout.3.from': '09:00',
        'blackout.3.to': '10:00',
      },
      'blackout.3.days',
      'schedules.problems.days_invalid',
    ],
  ])('names the field of %j', (form, field, problem) => {
    expect(problemsOf(form)).toEqual([[field, problem]]);
  });
});

describe('local times', () => {
  it('survive a round trip', () => {
    const at = readLocalTime('2026-11-22T09:05', timeZone);
    expect(at && formatLocalTime(at, timeZone)).toBe('2026-11-22T09:05');
    expect(readLocalTime('2026-13-40T99:00', timeZone)).toBeNull();
  });
});

describe('splitInterval', () => {
  it.each([
    [90, 90, 'seconds'],
    [300, 5, 'minutes'],
    [7200, 2, 'hours'],
    [172_800, 2, 'days'],
  ])('%d seconds', (seconds, count, unit) => {
    expect(splitInterval(seconds)).toEqual({ count, unit });
  });
});
