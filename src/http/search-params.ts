import { z } from 'zod';
import { searchCharactersMax } from '#domain/limits.ts';
import { isCalendarDay } from '#domain/calendar-day.ts';

/** What Next gives a page of the query in its address. */
export type SearchParams = Record<string, string | string[] | undefined>;

/** One value of an address, the first where there are several; null when it is missing or makes no sense. */
export const searchParam = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess(
    (value) => (Array.isArray(value) ? value[0] : value) as unknown,
    schema.nullable().default(null).catch(null),
  );

/** What people type into the search field of a list. */
export const searchText = searchParam(z.string().trim().max(searchCharactersMax));

export const calendarDayParam = searchParam(z.string().refine(isCalendarDay));

/** Where the page of a list begins: parsePosition reads it. */
export const pageParams = (cursor: z.ZodString = z.string().max(100)) => ({
  after: searchParam(cursor),
  before: searchParam(cursor),
});
