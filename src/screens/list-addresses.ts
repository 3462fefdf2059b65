import type { Route } from 'next';
import type { Page, PagePosition } from '#domain/page-cursor.ts';
import { addressOf } from '#http/paths.ts';

/** Where a list and the pages around the one that is shown are found. */
export interface ListAddresses {
  /** This page, to which more may be added. */
  here: Route;
  /** Whether this is the first page of the whole list. */
  isPlain: boolean;
  /** The first page, as narrowed as this one. */
  top: Route;
  newer: Route | null;
  older: Route | null;
}

/** @param write a cursor as it stands in an address */
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
