import { parseInstant } from '#domain/report-instant.ts';

/** A place in a list that is ordered newest first: an instant in UTC and, where instants are equal, an id. */
export interface InstantPageCursor {
  at: string;
  id: string;
}

/** A place in the list of incidents, which begins with the failing jobs. */
export interface JobStatusPageCursor extends InstantPageCursor {
  lastStatus: 'error' | 'success';
}

/** A place in a list that is ordered by title and, where titles are equal, by id. */
export interface TitlePageCursor {
  title: string;
  id: string;
}

/** Which way to read on from a place: `after` it down the list, or `before` it back up. */
export interface PagePosition<Cursor> {
  direction: 'after' | 'before';
  cursor: Cursor;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A cursor as it stands in an address. */
export function formatInstantPageCursor({ at, id }: InstantPageCursor): string {
  return `${at}~${id}`;
}

/** The cursor in an address, or null when somebody has changed it: the list then begins at its top. */
export function parseInstantPageCursor(text: string): InstantPageCursor | null {
  const [instant = '', id = '', ...rest] = text.split('~');
  const at = parseInstant(instant);
  return at !== null && uuid.test(id) && rest.length === 0 ? { at, id } : null;
}

/** As `formatInstantPageCursor`, for the list of incidents. */
export function formatJobStatusPageCursor(cursor: JobStatusPageCursor): string {
  return `${cursor.lastStatus}~${formatInstantPageCursor(cursor)}`;
}

/** As `parseInstantPageCursor`, for the list of incidents. */
export function parseJobStatusPageCursor(text: string): JobStatusPageCursor | null {
  const [, lastStatus, rest = ''] = /^(error|success)~(.*)$/.exec(text) ?? [];
  const cursor = parseInstantPageCursor(rest);
  return cursor && (lastStatus === 'error' || lastStatus === 'success') ? { lastStatus, ...cursor } : null;
}

/** As `formatInstantPageCursor`, for a list by title. Base64url: a caller of the API may not encode what it puts in an address. */
export function formatTitlePageCursor({ title, id }: TitlePageCursor): string {
  const bytes = new TextEncoder().encode(`${id}~${title}`);
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

/** As `parseInstantPageCursor`, for a list by title. */
export function parseTitlePageCursor(text: string): TitlePageCursor | null {
  const place = decodeBase64Url(text);
  const separator = place.indexOf('~');
  const id = place.slice(0, separator);
  // PostgreSQL refuses NUL in text.
  return uuid.test(id) && !place.includes('\0') ? { title: place.slice(separator + 1), id } : null;
}

/** Empty when it cannot be decoded. */
function decodeBase64Url(text: string): string {
  try {
    const characters = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(characters, (character) => character.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return '';
  }
}

/** The place that an address asks for; `after` wins where somebody gives both. */
export function parsePosition<Cursor>(
  address: { after: string | null; before: string | null },
  parse: (text: string) => Cursor | null,
): PagePosition<Cursor> | null {
  const direction = address.after === null ? 'before' : 'after';
  const text = address[direction];
  const cursor = text === null ? null : parse(text);
  return cursor === null ? null : { direction, cursor };
}

/** One page of a list, and where its neighbours begin, if it has any. */
export interface Page<Item, Cursor> {
  items: Item[];
  newer: Cursor | null;
  older: Cursor | null;
}

/**
 * Makes a page of rows that were read in the direction of the position, one more than the page holds: that one only
 * tells whether the list goes on.
 */
export function cutPage<Item, Cursor>(
  rows: readonly Item[],
  size: number,
  position: PagePosition<Cursor> | null,
  cursorOf: (item: Item) => Cursor,
): Page<Item, Cursor> {
  const goesOn = rows.length > size;
  const isBackwards = position?.direction === 'before';
  const items = rows.slice(0, size);
  if (isBackwards) items.reverse();
  const first = items[0];
  const last = items.at(-1);
  const hasNewer = isBackwards ? goesOn : position !== null;
  const hasOlder = isBackwards || goesOn;
  return {
    items,
    newer: hasNewer && first !== undefined ? cursorOf(first) : null,
    older: hasOlder && last !== undefined ? cursorOf(last) : null,
  };
}
