import { describe, expect, it } from 'vitest';
import {
  cutPage,
  formatJobStatusPageCursor,
  formatInstantPageCursor,
  formatTitlePageCursor,
  parseJobStatusPageCursor,
  parseInstantPageCursor,
  parsePosition,
  parseTitlePageCursor,
} from './page-cursor.ts';

const id = '01a20069-750f-7761-aae5-619e2a5ee82d';
const at = '2026-11-21T23:20:40.937233Z';

describe('cursors', () => {
  it('keep every microsecond in a URL', () => {
    expect(parseInstantPageCursor(formatInstantPageCursor({ at, id }))).toEqual({ at, id });
    expect(parseJobStatusPageCursor(formatJobStatusPageCursor({ state: 'late', at, id }))).toEqual({
      state: 'late',
      at,
      id,
    });
  });

  it('of a title can contain anything but NUL, and need no encoding in a URL', () => {
    const title = '売上 ~ "a",b)\\ %*';
    const cursor = formatTitlePageCursor({ title, id });
    expect(cursor).toBe(encodeURIComponent(cursor));
    expect(parseTitlePageCursor(cursor)).toEqual({ title, id });
    expect(parseTitlePageCursor(formatTitlePageCursor({ title: '', id }))).toEqual({ title: '', id });
    expect(parseTitlePageCursor(formatTitlePageCursor({ title: '\0', id }))).toBeNull();
    expect(
      parseTitlePageCursor(formatTitlePageCursor({ title: 'a', id: `${id},tenant_id.neq.x` })),
    ).toBeNull();
    expect(parseTitlePageCursor(formatTitlePageCursor({ title: '長'.repeat(1_001), id }))).toBeNull();
    for (const wrong of ['', 'nonsense', '~', '_w', `${id}~a`])
      expect(parseTitlePageCursor(wrong)).toBeNull();
  });

  it.each([
    ['nothing', ''],
    ['an instant alone', at],
    ['an invalid id', `${at}~1`],
    ['an invalid instant', `yesterday~${id}`],
    ['trailing text', `${at}~${id}~${id}`],
    ['a filter smuggled into the id', `${at}~${id},tenant_id.neq.${id}`],
  ])('with %s are ignored', (_claim, text) => {
    expect(parseInstantPageCursor(text)).toBeNull();
    expect(parseJobStatusPageCursor(`error~${text}`)).toBeNull();
  });

  it('of incidents have only two states', () => {
    expect(parseJobStatusPageCursor(`unknown~${at}~${id}`)).toBeNull();
  });
});

describe('parsePosition', () => {
  const parse = (text: string) => (text === 'bad' ? null : text);

  it.each([
    ['the top without a cursor', {}, null],
    ['the top with a bad cursor', { after: 'bad' }, null],
    ['down the list', { after: 'x' }, { direction: 'after', cursor: 'x' }],
    ['back up the list', { before: 'x' }, { direction: 'before', cursor: 'x' }],
    ['down the list if both are given', { after: 'x', before: 'y' }, { direction: 'after', cursor: 'x' }],
  ])('is %s', (_claim, address, expected) => {
    expect(parsePosition({ after: null, before: null, ...address }, parse)).toEqual(expected);
  });
});

describe('cutPage', () => {
  const self = (item: number) => item;

  it.each([
    ['a single page has no links', [9, 8], null, { items: [9, 8], newer: null, older: null }],
    [
      'the first of several pages has an older one',
      [9, 8, 7],
      null,
      { items: [9, 8], newer: null, older: 8 },
    ],
    ['a page in the middle has both', [7, 6, 5], 'after', { items: [7, 6], newer: 7, older: 6 }],
    ['the last page has a newer one', [5], 'after', { items: [5], newer: 5, older: null }],
    ['a page read backwards is put in order', [7, 8, 9], 'before', { items: [8, 7], newer: 8, older: 7 }],
    [
      'a page read backwards to the top has no newer one',
      [8, 9],
      'before',
      { items: [9, 8], newer: null, older: 8 },
    ],
    ['a page after the end is empty', [], 'after', { items: [], newer: null, older: null }],
  ] as const)('%s', (_claim, rows, direction, expected) => {
    const position = direction === null ? null : { direction, cursor: 0 };
    expect(cutPage(rows, 2, position, self)).toEqual(expected);
  });
});
