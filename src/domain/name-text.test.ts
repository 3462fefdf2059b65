import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanName } from './name-text.ts';

describe('the one form of a name', () => {
  it.each([
    ['a space behind', 'job '],
    ['a line break of Windows', 'job\r\n'],
    ['a byte order mark', '\ufeffjob'],
    ['zero-width characters', '\u200bjob\u200d\u2060'],
    ['a direction mark', '\u200ejob\u202c'],
    ['an ideographic space', '\u3000job\u3000'],
    ['NUL', 'jo\0b'],
    ['control characters', '\x1bjob\x07'],
  ])('does not have %s', (_what, given) => {
    expect(cleanName(given)).toBe('job');
  });

  it.each([
    ['an accent', 'cafe\u0301', 'café'],
    ['a voiced sound', 'か\u3099', 'が'],
    ['half-width katakana, which look different', 'ｶﾞ', 'ｶﾞ'],
    ['spaces within', 'a  b', 'a  b'],
    ['an emoji of several', '👩‍💻', '👩‍💻'],
    ['only what nobody sees', ' \u200b\r\n\ufeff', ''],
  ])('%s: %j is %j', (_what, given, cleaned) => {
    expect(cleanName(given)).toBe(cleaned);
  });

  it('is the same however often it is made, and whatever nobody sees stands around it', () => {
    const unseen = fc.string({
      unit: fc.constantFrom(
        ' ',
        '\t',
        '\r',
        '\n',
        '\u00a0',
        '\u3000',
        '\ufeff',
        '\u200b',
        '\u200d',
        '\u2060',
        '\0',
      ),
    });
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        unseen,
        unseen,
        fc.constantFrom('NFC', 'NFD'),
        (name, before, after, form) => {
          const cleaned = cleanName(name);
          expect(cleanName(cleaned)).toBe(cleaned);
          expect(cleanName(before + name.normalize(form) + after)).toBe(cleaned);
        },
      ),
    );
  });
});
