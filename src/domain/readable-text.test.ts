import { describe, expect, it } from 'vitest';
import { oneLine, readableText, safeFileName } from './readable-text.ts';

describe('readableText', () => {
  it.each([
    ['ordinary text does not change', '処理完了\n\t3 件 <b>', '処理完了\n\t3 件 <b>'],
    ['Windows line ends become line feeds', 'a\r\nb\rc', 'a\nb\nc'],
    ['NUL and bell become visible', 'a\u0000b\u0007', 'a␀b␇'],
    ['a right-to-left override cannot reverse the text', 'invoice\u202Efdp.exe', 'invoice[U+202E]fdp.exe'],
    ['isolates cannot either', '\u2066x\u2069', '[U+2066]x[U+2069]'],
    ['a zero-width space becomes visible', 'pass\u200Bword', 'pass[U+200B]word'],
    ['terminal colors are removed', '\u001B[31mERROR\u001B[0m', 'ERROR'],
    ['other escapes become visible', '\u001B]0;x', '␛]0;x'],
    ['an emoji stays whole', '👍🏽', '👍🏽'],
  ])('%s', (_claim, text, expected) => {
    expect(readableText(text)).toBe(expected);
  });
});

describe('oneLine', () => {
  it.each([
    ['a short text does not change', 'done', 10, 'done'],
    ['lines are joined', 'a\n  b\tc', 10, 'a b c'],
    ['a long text is cut with an ellipsis', 'abcdefghij', 4, 'abcd…'],
    ['a character is never cut in half', '👍👍👍', 2, '👍👍…'],
    ['a huge text takes no longer', 'x '.repeat(100_000), 3, 'x x…'],
  ])('%s', (_claim, text, length, expected) => {
    expect(oneLine(text, length)).toBe(expected);
  });
});

describe('safeFileName', () => {
  it.each([
    ['a key does not change', 'minpaku-in-report', 'minpaku-in-report'],
    ['Japanese stays', '日次 集計', '日次-集計'],
    ['a path cannot leave its folder', '../../etc/passwd', 'etc-passwd'],
    ['a name cannot end its header', 'a"\r\nSet-Cookie: x', 'a-Set-Cookie-x'],
    ['an empty name becomes log', '///', 'log'],
  ])('%s', (_claim, text, expected) => {
    expect(safeFileName(text)).toBe(expected);
  });
});
