import { describe, expect, it } from 'vitest';
import { listAddresses } from './list-addresses.ts';

const write = (cursor: { id: number }) => `at-${cursor.id}`;
const middle = { newer: { id: 1 }, older: { id: 2 } };

describe('the URLs of a list', () => {
  it('of the pages around the current one keep the filters', () => {
    expect(listAddresses('/jobs', { q: '売上 & more', state: null }, middle, null, write)).toEqual({
      here: '/jobs?q=%E5%A3%B2%E4%B8%8A+%26+more',
      isPlain: false,
      top: '/jobs?q=%E5%A3%B2%E4%B8%8A+%26+more',
      newer: '/jobs?q=%E5%A3%B2%E4%B8%8A+%26+more&before=at-1',
      older: '/jobs?q=%E5%A3%B2%E4%B8%8A+%26+more&after=at-2',
    });
  });

  it('of a later page include its cursor, except the one to the first page', () => {
    const position = { direction: 'after', cursor: { id: 7 } } as const;
    expect(listAddresses('/jobs', {}, middle, position, write)).toMatchObject({
      here: '/jobs?after=at-7',
      top: '/jobs',
      isPlain: false,
    });
  });

  it('are null beyond the ends of the list', () => {
    expect(listAddresses('/jobs', {}, { newer: null, older: null }, null, write)).toEqual({
      here: '/jobs',
      isPlain: true,
      top: '/jobs',
      newer: null,
      older: null,
    });
  });
});
