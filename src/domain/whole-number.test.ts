import { describe, expect, it } from 'vitest';
import { parseWholeNumber } from './whole-number.ts';

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
