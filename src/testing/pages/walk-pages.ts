import type { Page, PagePosition } from '#domain/page-cursor.ts';

/** Reads a list to its end and back to its start; returns the pages of each direction in the order of reading. */
export async function walkPages<Item, Cursor>(
  read: (position: PagePosition<Cursor> | null) => Promise<Page<Item, Cursor>>,
): Promise<{ down: Item[][]; up: Item[][] }> {
  let page = await read(null);
  const down = [page.items];
  const up: Item[][] = [];
  while (page.older !== null) {
    page = await read({ direction: 'after', cursor: page.older });
    down.push(page.items);
  }
  while (page.newer !== null) {
    page = await read({ direction: 'before', cursor: page.newer });
    up.push(page.items);
  }
  return { down, up };
}
