import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { calendarDayParam, pageParams, searchParam, searchText } from './search-params.ts';

describe('the query of a page', () => {
  const state = searchParam(z.enum(['error', 'success']));

  it.each([
    ['error', 'error'],
    [['success', 'error'], 'success'],
    ['unknown', null],
    [['unknown', 'error'], null],
    ['', null],
    [undefined, null],
    [[], null],
  ])('reads %j as %j', (given, read) => {
    expect(state.parse(given)).toBe(read);
  });

  it.each([
    ['  売上 ', '売上'],
    ['x'.repeat(1_000), null],
    [undefined, null],
  ])('trims a search text and ignores one that is too long: %j', (given, read) => {
    expect(searchText.parse(given)).toBe(read);
  });

  it.each([
    ['2026-02-28', '2026-02-28'],
    ['2026-02-29', null],
    ['2026-2-8', null],
    ['today', null],
  ])('reads the day %s as %s', (given, read) => {
    expect(calendarDayParam.parse(given)).toBe(read);
  });

  it('reads the cursor of a page and ignores one that is too long', () => {
    const params = z.object(pageParams(z.string().max(3)));
    expect(params.parse({ after: 'abc', before: 'abcd' })).toEqual({ after: 'abc', before: null });
  });
});
