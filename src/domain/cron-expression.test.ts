import { describe, expect, it } from 'vitest';
import { findCronProblem, isTimeZone } from '#domain/cron-expression.ts';

const now = new Date('2026-11-21T00:00:00Z');

describe('rule 17: a cron expression that can be used', () => {
  it.each([
    '0 6 * * 1-5',
    '*/5 * * * *',
    '0 0 L * *',
    '0 0 15W * *',
    '0 0 * * MON#2',
    '30 0 6 * * *',
    '0 0 29 2 *',
    ' 0  6 * * * ',
  ])('%s', (expression) => {
    expect(findCronProblem(expression, 'Asia/Tokyo', now)).toBeNull();
  });

  it.each([
    ['0 0 30 2 *', 'has no instant within 10 years'],
    ['* * * *', 'must have five fields, or six with seconds'],
    ['', 'must have five fields, or six with seconds'],
    ['@daily', 'must have five fields, or six with seconds'],
    ['0 0 1 1 * 2030 2031', 'must have five fields, or six with seconds'],
    ['61 * * * *', 'is not a cron expression: Invalid value for minute: 61'],
  ])('%j %s', (expression, problem) => {
    expect(findCronProblem(expression, 'Asia/Tokyo', now)).toBe(problem);
  });

  it('says so when it is no cron expression at all', () => {
    expect(findCronProblem('a b c d e', 'UTC', now)).toMatch(/^is not a cron expression/);
  });
});

describe('a time zone', () => {
  it.each(['Asia/Tokyo', 'UTC', 'America/Argentina/Buenos_Aires', 'Etc/GMT+9', 'Japan'])(
    '%s is known',
    (name) => {
      expect(isTimeZone(name)).toBe(true);
    },
  );

  it.each(['', '+09:00', 'Tokyo', 'Asia/Edo', 'JST-9', '../etc', 'Asia/Tokyo '])('%j is not', (name) => {
    expect(isTimeZone(name)).toBe(false);
  });
});
