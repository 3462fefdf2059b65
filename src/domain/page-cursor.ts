import { parseShownStatus, type ShownStatus } from '#domain/job-status.ts';
import { limits } from '#domain/limits.ts';
import { parseInstant } from '#domain/iso-instant.ts';

/** A position in a list ordered newest first: an instant in UTC, and an id to order equal instants. */
export interface InstantPageCursor {
  at: string;
  id: string;
}

/** A position in the list of incidents, which starts with the failing jobs. */
export interface JobStatusPageCursor extends InstantPageCursor {
  state: ShownStatus;
}

/** A position in a list ordered by title, with an id to order equal titles. */
export interface TitlePageCursor {
  title: string;
  id: string;
}

/** The direction to read from a position: `after` it down the list, or `before` it back up. */
export interface PagePosition<Cursor> {
  direction: 'after' | 'before';
  cursor: Cursor;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Formats a page cursor for a URL. */
export function formatInstantPageCursor({ at, id }: InstantPageCursor): string {
  return `${at}~${id}`;
}

/** Reads the page cursor of a URL. Returns null if it was altered: the list then starts at the top. */
export function parseInstantPageCursor(text: string): InstantPageCursor | null {
  const [instant = '', id = '', ...rest] = text.split('~');
  const at = parseInstant(instant);
  return at !== null && uuid.test(id) && rest.length === 0 ? { at, id } : null;
}

/** Like `formatInstantPageCursor`, for the list of incidents. */
export function formatJobStatusPageCursor(cursor: JobStatusPageCursor): string {
  return `${cursor.state}~${formatInstantPageCursor(cursor)}`;
}

/** Like `parseInstantPageCursor`, for the list of incidents. */
export function parseJobStatusPageCursor(text: string): JobStatusPageCursor | null {
  const [, state = '', rest = ''] = /^(error|late|success)~(.*)$/.exec(text) ?? [];
  const cursor = parseInstantPageCursor(rest);
  return cursor && { state: parseShownStatus(state), ...cursor };
}

/**
 * Like `formatInstantPageCursor`, for a list by title. Uses base64url, because API callers may not encode their query values.
 */
export function formatTitlePageCursor({ title, id }: TitlePageCursor): string {
  const bytes = new TextEncoder().encode(`${id}~${title}`);
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

/** Like `parseInstantPageCursor`, for a list by title. */
export function parseTitlePageCursor(text: string): TitlePageCursor | null {
  const place = decodeBase64Url(text);
  const separator = place.indexOf('~');
  const id = place.slice(0, separator);
  const title = place.slice(separator + 1);
  // No title is longer, and PostgreSQL cannot store NUL in text.
  const isPossible = title.length <= 2 * limits.jobs.title.max && !title.includes('\0');
  return uuid.test(id) && isPossible ? { title, id } : null;
}

/** Returns an empty string if the text cannot be decoded. */
function decodeBase64Url(text: string): string {
  try {
    const characters = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(characters, (character) => character.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return '';
  }
}

/** Returns the requested position; `after` wins if both are given. */
export function parsePosition<Cursor>(
  address: { after: string | null; before: string | null },
  parse: (text: string) => Cursor | null,
): PagePosition<Cursor> | null {
  const direction = address.after === null ? 'before' : 'after';
  const text = address[direction];
  const cursor = text === null ? null : parse(text);
  return cursor === null ? null : { direction, cursor };
}

/** One page of a list, and the cursors of the pages around it, if any. */
export interface Page<Item, Cursor> {
  items: Item[];
  newer: Cursor | null;
  older: Cursor | null;
}

/**
 * Builds a page from rows read in the direction of the position. One extra row was read to learn whether another page
 * follows.
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
