import { describe, expect, it } from 'vitest';
import { decodeBody } from '#domain/body-encoding.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

// 処理①髙 in CP932: plain Shift_JIS does not have the last two characters.
const cp932 = bytes(0x8f, 0x88, 0x97, 0x9d, 0x87, 0x40, 0xfb, 0xfc);
// ﾃ･ in CP932; the same bytes are å in UTF-8.
const halfWidthKatakana = bytes(0xc3, 0xa5);

describe('the encoding of a body', () => {
  it.each([
    ['UTF-8', utf8('処理'), 'application/json', '処理', null],
    ['UTF-8 with a byte order mark', bytes(0xef, 0xbb, 0xbf, ...utf8('処理')), null, '処理', null],
    [
      'UTF-8 that is declared as something else',
      utf8('処理'),
      'application/json; charset=shift_jis',
      '処理',
      null,
    ],
    ['CP932, declared', cp932, 'application/json; charset=Shift_JIS', '処理①髙', 'shift_jis'],
    [
      'CP932, declared by its Windows name',
      cp932,
      'application/json;charset="cp932"',
      '処理①髙',
      'shift_jis',
    ],
    ['CP932, declared as UTF-8', cp932, 'application/json; charset=utf-8', '処理①髙', 'shift_jis'],
    ['CP932, detected', cp932, null, '処理①髙', 'shift_jis'],
    [
      'half-width katakana, declared',
      halfWidthKatakana,
      'text/plain; charset=windows-31j',
      'ﾃ･',
      'shift_jis',
    ],
    ['half-width katakana, not declared', halfWidthKatakana, null, 'å', null],
    ['EUC-JP, declared', bytes(0xbd, 0xe8, 0xcd, 0xfd), 'application/json; charset=euc-jp', '処理', 'euc-jp'],
    [
      'Latin-1, declared',
      bytes(0x63, 0x61, 0x66, 0xe9),
      'text/plain; charset=iso-8859-1',
      'café',
      'windows-1252',
    ],
    ['UTF-16 with a byte order mark', bytes(0xff, 0xfe, 0xe6, 0x51, 0x06, 0x74), null, '処理', 'utf-16le'],
    [
      'big-endian UTF-16 with a byte order mark, declared as UTF-8',
      bytes(0xfe, 0xff, 0x51, 0xe6, 0x74, 0x06),
      'application/json; charset=utf-8',
      '処理',
      'utf-16be',
    ],
    ['an unknown charset', utf8('処理'), 'application/json; charset=klingon', '処理', null],
    ['surrogates encoded separately', bytes(0x61, 0xed, 0xa0, 0x80, ...utf8('あ')), null, 'a\ufffdあ', null],
    ['nothing', bytes(), null, '', null],
  ])('%s', (_what, body, contentType, text, decodedFrom) => {
    expect(decodeBody(body, contentType)).toEqual({ text, decodedFrom });
  });

  it.each([
    ['bytes that are not text', bytes(0xff, 0xfe, 0xfd)],
    ['Shift_JIS that ends in the middle of a character', bytes(0x8f)],
  ])('rejects %s', (_what, body) => {
    expect(decodeBody(body, null)).toBeNull();
  });
});
