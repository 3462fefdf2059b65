import { describe, expect, it } from 'vitest';
import { hasCurrent } from './badge-etag.ts';

describe('hasCurrent', () => {
  it.each([
    ['no tag', null, false],
    ['the same tag', '"v1"', true],
    ['a tag that a proxy has weakened', 'W/"v1"', true],
    ['one of several', '"v0", "v1"', true],
    ['an older tag', '"v0"', false],
    ['a tag without its quotes', 'v1', false],
  ])('%s', (_claim, header, expected) => {
    expect(hasCurrent(header, '"v1"')).toBe(expected);
  });
});
