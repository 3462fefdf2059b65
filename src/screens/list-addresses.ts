import type { Route } from 'next';
import type { Page, PagePosition } from '#domain/page-cursor.ts';
import { addressOf } from '#http/paths.ts';

/** The URLs of a list and the pages around the current one. */
export interface ListAddresses {
  /** The current page; a query can be added. */
  here: Route;
  /** Whether this is the first page of the unfiltered list. */
  isPlain: boolean;
  /** The first page, with the same filters. */
  top: Route;
  newer: Route | null;
  older: Route | null;
}

/** @param write formats a page cursor for a URL */
export function listAddresses<Cursor>(
  path: Route,
  query: Readonly<Record<string, string | null>>,
  page: Pick<Page<unknown, Cursor>, 'newer' | 'older'>,
  position: PagePosition<Cursor> | null,
  write: (cursor: Cursor) => string,
): ListAddresses {
  const top = addressOf(path, query);
  const at = (direction: 'after' | 'before', cursor: Cursor) =>
    addressOf(top, { [direction]: write(cursor) });
  return {
    here: position === null ? top : at(position.direction, position.cursor),
    isPlain: position === null && top === path,
    top,
    newer: page.newer === null ? null : at('before', page.newer),
    older: page.older === null ? null : at('after', page.older),
  };
}
