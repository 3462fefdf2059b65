import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBody } from '#domain/body-encoding.ts';
import { encodeText, type JapaneseEncoding } from '#testing/encodings/encode-text.ts';

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
    ['bytes that are not text', bytes(0xff, 0xfe, 0xfd), '\ufffd', 'utf-16le'],
    ['one odd byte', bytes(0x61, 0xff, 0x62), 'a\ufffdb', null],
    [
      "Windows' apostrophe in English",
      encodeLatin('{"message":"can\x92t, won\x92t"}'),
      '{"message":"can\ufffdt, won\ufffdt"}',
      null,
    ],
    ['an accent of Latin-1 that nobody declared', encodeLatin('r\xe9sum\xe9 '), 'r\ufffdsum\ufffd ', null],
    ['UTF-16 without a mark', encodeText('{"a":"処理"}', 'utf-16le'), '{"a":"処理"}', 'utf-16le'],
    ['big-endian UTF-16 without a mark', encodeText('{"a":"処理"}', 'utf-16be'), '{"a":"処理"}', 'utf-16be'],
    [
      'UTF-16 that ends inside a character',
      encodeText('{"a', 'utf-16le').slice(0, -1),
      '{"\ufffd',
      'utf-16le',
    ],
    ['EUC-JP', encodeText('{"a":"処理が完了しました"}', 'euc-jp'), '{"a":"処理が完了しました"}', 'euc-jp'],
    ['ISO-2022-JP', encodeText('{"a":"処理"}', 'iso-2022-jp'), '{"a":"処理"}', 'iso-2022-jp'],
    [
      'ISO-2022-JP that was cut before its end',
      encodeText('{"a":"あああ"}', 'iso-2022-jp').filter(
        (byte, at, all) => at < all.length - 5 || byte === 0x22 || byte === 0x7d,
      ),
      '{"a":"あああ"}',
      'iso-2022-jp',
    ],
    ['half-width katakana in CP932', encodeText('ﾌｧｲﾙｶﾞｱﾘﾏｾﾝ', 'shift_jis'), 'ﾌｧｲﾙｶﾞｱﾘﾏｾﾝ', 'shift_jis'],
  ])('%s', (_what, body, text, decodedFrom) => {
    expect(decodeBody(body, null)).toEqual({ text, decodedFrom });
  });
});

function encodeLatin(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => Array.from(part)));
}

// What batches write. Each word has characters whose second byte in Shift_JIS is ASCII, or half-width katakana, or neither.
const words = [
  '処理が完了しました',
  '売上集計',
  'エラーが発生しました',
  'ソート表示',
  '予定表を保存できません',
  '在庫の同期に失敗',
  '接続がタイムアウトしました',
  '（株）サンプル',
  '２０２６年',
  'ファイルﾌｧｲﾙ',
  'ＩＤ＝',
  '件の',
  '～',
];
const ascii = fc.constantFrom(' ', 'ERROR: ', '42 ', 'C:\\\\log ', ' [main] ');
const sentence = fc
  .tuple(
    fc.constantFrom('処理が完了しました', 'エラーが発生しました', '予定表を保存できません'),
    fc.array(fc.oneof(fc.constantFrom(...words), ascii), { maxLength: 6 }),
  )
  .map(([first, more]) => [first, ...more].join(''));
const separate = fc.constantFrom<JapaneseEncoding>('utf-8', 'shift_jis', 'euc-jp', 'iso-2022-jp');
const lineBreak = fc.constantFrom('\\n', '\\r\\n', '\n', '","b":"');
const wrap = (content: Uint8Array): Uint8Array => join([utf8('{"job_key":"k","log":"'), content, utf8('"}')]);

describe('generated bodies [rule 39: the outcome goes through]', () => {
  it('in one encoding are read as they were written, and the answer says from what', () => {
    const encoding = fc.constantFrom<JapaneseEncoding>(
      'utf-8',
      'shift_jis',
      'euc-jp',
      'iso-2022-jp',
      'utf-16le',
      'utf-16be',
    );
    fc.assert(
      fc.property(
        fc.array(sentence, { minLength: 1, maxLength: 5 }),
        lineBreak,
        encoding,
        (lines, between, from) => {
          const text = `{"job_key":"k","log":"${lines.join(between)}"}`;
          expect(decodeBody(encodeText(text, from), null)).toEqual({
            text,
            decodedFrom: from === 'utf-8' ? null : from,
          });
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('with a line in each of several encodings are read line by line', () => {
    const line = fc.tuple(sentence, separate);
    fc.assert(
      fc.property(fc.array(line, { minLength: 2, maxLength: 8 }), lineBreak, (lines, between) => {
        const encoded = lines.flatMap(([text, encoding], index) => [
          utf8(index === 0 ? '' : between),
          encodeText(text, encoding),
        ]);
        const { text, decodedFrom } = decodeBody(wrap(join(encoded)), null);
        expect(text).toBe(`{"job_key":"k","log":"${lines.map(([written]) => written).join(between)}"}`);
        const used = new Set(lines.map(([, encoding]) => encoding));
        expect(decodedFrom?.split(', ').sort() ?? ['utf-8']).toEqual([...used].sort());
      }),
      { numRuns: 2_000 },
    );
  });

  it('that were cut at any byte keep every whole character except those beside the cut', () => {
    const encoding = fc.constantFrom<JapaneseEncoding>('utf-8', 'shift_jis', 'euc-jp');
    const cut = fc.tuple(fc.nat(5), fc.nat(5));
    fc.assert(
      fc.property(
        fc.array(sentence, { minLength: 2, maxLength: 4 }),
        encoding,
        cut,
        (lines, from, [front, back]) => {
          const log = lines.join('\\n');
          const whole = encodeText(log, from);
          const { text, decodedFrom } = decodeBody(wrap(whole.subarray(front, whole.length - back)), null);
          const read = text.slice('{"job_key":"k","log":"'.length, -2);
          // A character has at most three bytes, so a cut of five bytes touches at most six characters.
          expect(read).toContain(log.slice(6, -6));
          expect(decodedFrom).toBe(from === 'utf-8' ? null : from);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('in UTF-8 with odd bytes stay UTF-8', () => {
    const odd = fc.tuple(fc.nat(), fc.integer({ min: 0x80, max: 0xff }));
    fc.assert(
      fc.property(fc.array(sentence, { minLength: 1, maxLength: 4 }), odd, (lines, [place, byte]) => {
        const characters = Array.from(lines.join('\\n'));
        const at = place % characters.length;
        const [before, after] = [characters.slice(0, at).join(''), characters.slice(at).join('')];
        const { text, decodedFrom } = decodeBody(wrap(join([utf8(before), bytes(byte), utf8(after)])), null);
        expect(decodedFrom).toBeNull();
        expect(text).toBe(`{"job_key":"k","log":"${before}\ufffd${after}"}`);
      }),
      { numRuns: 2_000 },
    );
  });

  it('with any bytes in a string, declared as anything, stay JSON', () => {
    const byte = fc.integer({ min: 0x20, max: 0xff }).filter((value) => value !== 0x22 && value !== 0x5c);
    const charset = fc.constantFrom(
      ...['', 'utf-8', 'shift_jis', 'cp932', 'euc-jp', 'iso-2022-jp', 'utf-16', 'utf-16le', 'utf-16be'],
      ...['windows-1252', 'iso-8859-2', 'koi8-r', 'big5', 'gb18030', 'euc-kr', 'x-user-defined', 'klingon'],
    );
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 60 }), charset, (values, declared) => {
        const { text } = decodeBody(wrap(bytes(...values)), `application/json; charset=${declared}`);
        expect(JSON.parse(text)).toEqual({ job_key: 'k', log: expect.any(String) as string });
        expect(text.includes('\x7f')).toBe(values.includes(0x7f));
      }),
      { numRuns: 5_000 },
    );
  });

  it('of any bytes are read, and valid UTF-8 is never changed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.string({ unit: 'grapheme' }), (given, text) => {
        expect(typeof decodeBody(given, null).text).toBe('string');
        fc.pre(!/[\0\x1b]|^\ufeff/.test(text));
        expect(decodeBody(utf8(text), null)).toEqual({ text, decodedFrom: null });
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['line breaks between foreign bytes', [0x82, 0x0a]],
    ['quotes between foreign bytes', [0xe3, 0x81, 0x22]],
    ['starts of ISO-2022-JP', [0x1b, 0x24, 0x42]],
    ['escapes', [0x1b]],
    ['surrogates', [0xed, 0xa0, 0x80, 0xff]],
    ['first halves', [0x95, 0x5c, 0x6e]],
  ])('of 1 MiB of %s take bounded work', (_what, pattern) => {
    const hostile = Uint8Array.from({ length: 1_048_576 }, (_, at) => pattern[at % pattern.length]!);
    const startedAt = performance.now();
    expect(decodeBody(hostile, null).text.length).toBeGreaterThan(0);
    // Quadratic work would take minutes.
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});
