import { describe, expect, it } from 'vitest';
import { isBlank, parseWholeNumber } from './written-text.ts';

describe('parseWholeNumber', () => {
  it.each([
    ['0', 0],
    ['007', 7],
    ['123456789012345', 123_456_789_012_345],
  ])('reads %j', (text, number) => {
    expect(parseWholeNumber(text)).toBe(number);
  });

  it.each(['', ' ', '1e2', '0x10', '1.0', '+1', '-1', ' 1', '1n', 'Infinity', '９', '1234567890123456'])(
    'does not read %j, which Number might',
    (text) => {
      expect(parseWholeNumber(text)).toBeNull();
    },
  );
});

describe('isBlank', () => {
  it.each([
    '',
    ' ',
    '\u3000',
    '\u00A0',
    '\t\n',
    '\uFEFF',
    '\u200B',
    '\u00AD',
    '\u2060',
    '\u202E',
    '\u3164',
    '\u2800',
    '\0',
  ])('%j shows nothing', (text) => {
    expect([isBlank(text), isBlank(`${text}${text}`)]).toEqual([true, true]);
    expect(isBlank(`${text}日`)).toBe(false);
  });

  it.each(['a', '0', '-', '日次', '😀', '👨‍👩‍👧'])('%j shows something', (text) => {
    expect(isBlank(text)).toBe(false);
  });
});
