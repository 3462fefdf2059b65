import { describe, expect, it } from 'vitest';
import { oneLine, readableText, safeFileName } from './reported-text.ts';

describe('readableText', () => {
  it.each([
    ['ordinary text stays', '処理完了\n\t3 件 <b>', '処理完了\n\t3 件 <b>'],
    ['Windows line ends are line ends', 'a\r\nb\rc', 'a\nb\nc'],
    ['NUL and bell become visible', 'a\u0000b\u0007', 'a␀b␇'],
    ['a right-to-left override does not turn the text', 'invoice\u202Efdp.exe', 'invoice[U+202E]fdp.exe'],
    ['isolates do not either', '\u2066x\u2069', '[U+2066]x[U+2069]'],
    ['a zero-width space does not hide', 'pass\u200Bword', 'pass[U+200B]word'],
    ['terminal colours are left out', '\u001B[31mERROR\u001B[0m', 'ERROR'],
    ['other escapes become visible', '\u001B]0;x', '␛]0;x'],
    ['an emoji stays whole', '👍🏽', '👍🏽'],
  ])('%s', (_claim, text, expected) => {
    expect(readableText(text)).toBe(expected);
  });
});

describe('oneLine', () => {
  it.each([
    ['a short text stays', 'done', 10, 'done'],
    ['lines are joined', 'a\n  b\tc', 10, 'a b c'],
    ['a long one is cut and says so', 'abcdefghij', 4, 'abcd…'],
    ['a character is never halved', '👍👍👍', 2, '👍👍…'],
    ['a huge one costs no more', 'x '.repeat(100_000), 3, 'x x…'],
  ])('%s', (_claim, text, length, expected) => {
    expect(oneLine(text, length)).toBe(expected);
  });
});

describe('safeFileName', () => {
  it.each([
    ['a key stays', 'minpaku-in-report', 'minpaku-in-report'],
    ['Japanese stays', '日次 集計', '日次-集計'],
    ['a path cannot leave its folder', '../../etc/passwd', 'etc-passwd'],
    ['a header cannot be ended', 'a"\r\nSet-Cookie: x', 'a-Set-Cookie-x'],
    ['nothing left is a log', '///', 'log'],
  ])('%s', (_claim, text, expected) => {
    expect(safeFileName(text)).toBe(expected);
  });
});
