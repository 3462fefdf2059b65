import { describe, expect, it } from 'vitest';
import { chooseLocale } from './locales.ts';

describe('chooseLocale', () => {
  it.each([
    ['the chosen language wins over the browser', 'en', 'ja', 'en'],
    ['an invalid cookie is ignored', 'xx', 'en-GB', 'en'],
    ['a region counts as its language', undefined, 'en-US,en;q=0.9', 'en'],
    ['the higher quality wins, in any order', undefined, 'en;q=0.3, ja;q=0.8', 'ja'],
    ['a language with quality 0 is not used', undefined, 'en;q=0', 'ja'],
    ['unsupported languages are skipped', undefined, 'fr, de;q=0.9, en;q=0.1', 'en'],
    ['Japanese if nothing matches', undefined, 'fr', 'ja'],
    ['Japanese without a header', undefined, null, 'ja'],
  ])('%s', (_claim, chosen, accepted, expected) => {
    expect(chooseLocale(chosen, accepted)).toBe(expected);
  });
});
