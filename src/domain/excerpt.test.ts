import { describe, expect, it } from 'vitest';
import { messageCharactersMax } from '#domain/limits.ts';
import { cleanText, clipMessage, countCharacters, excerptLog, excerptText } from './excerpt.ts';

describe('text that cannot be stored unchanged', () => {
  it.each([
    ['plain', 'plain'],
    ['a\0b\0', 'ab'],
    ['lone high \ud800!', 'lone high \ufffd!'],
    ['lone low \udc00!', 'lone low \ufffd!'],
    ['whole \ud83d\ude00', 'whole \ud83d\ude00'],
    ['\0\ud800', '\ufffd'],
  ])('%j is stored as %j', (text, cleaned) => {
    expect(cleanText(text)).toBe(cleaned);
  });

  it('counts an emoji as one character, as the database does', () => {
    expect(countCharacters('日本😀')).toBe(3);
  });
});

describe('head and tail of a log are kept within the limit [rule 6: log and redaction]', () => {
  it('keeps a log within the limit unchanged', () => {
    const log = 'x'.repeat(64 * 1024);
    expect(excerptLog(log)).toEqual({ head: log, tail: '', cutCharacters: 0 });
  });

  it('keeps the start and end of a longer one and says how much was cut', () => {
    const { head, tail, cutCharacters } = excerptLog(`BEGIN${'x'.repeat(200_000)}END`);
    expect(head.startsWith('BEGIN')).toBe(true);
    expect(tail.endsWith('END')).toBe(true);
    expect(head.length + tail.length).toBe(64 * 1024);
    expect(cutCharacters).toBe(200_008 - 64 * 1024);
  });

  it.each([1, 2, 3, 4, 5, 6, 7])('never cuts an emoji in half (%i)', (length) => {
    const { head, tail, cutCharacters } = excerptText('😀'.repeat(10), length, length);
    expect((head + tail).isWellFormed()).toBe(true);
    expect(countCharacters(head + tail) + cutCharacters).toBe(10);
  });
});

describe('a message that is too long', () => {
  it('is kept unchanged up to the limit', () => {
    const message = 'あ'.repeat(messageCharactersMax);
    expect(clipMessage(message)).toBe(message);
  });

  it('loses its middle, says how much, and stays within the limit', () => {
    const clipped = clipMessage(`start${'x'.repeat(50_000)}end`);
    expect(clipped.length).toBeLessThanOrEqual(messageCharactersMax);
    expect(clipped).toMatch(/^startx+\n\[… \d+ characters cut …\]\nx+end$/);
  });
});
