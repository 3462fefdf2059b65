import { z } from 'zod';
import { searchCharactersMax } from '#domain/limits.ts';
import { isCalendarDay } from '#domain/calendar-day.ts';

/** The query of a URL, as Next passes it to a page. */
export type SearchParams = Record<string, string | string[] | undefined>;

/** Reads one value of the query, the first if there are several; null if it is missing or invalid. */
export const searchParam = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess(
    (value) => (Array.isArray(value) ? value[0] : value) as unknown,
    schema.nullable().default(null).catch(null),
  );

/** Reads what people type into the search field of a list. */
export const searchText = searchParam(z.string().trim().max(searchCharactersMax));

export const calendarDayParam = searchParam(z.string().refine(isCalendarDay));

/** Reads where the page of a list starts, for parsePosition. */
export const pageParams = (cursor: z.ZodString = z.string().max(100)) => ({
  after: searchParam(cursor),
  before: searchParam(cursor),
});
