import { describe, expect, it } from 'vitest';
import { readClientAddress } from './client-address.ts';

describe('readClientAddress', () => {
  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['1.1.1.1, 203.0.113.9', '203.0.113.9'],
    ['', 'unknown'],
  ])('trusts only the last entry of %j', (forwarded, expected) => {
    expect(readClientAddress(new Headers({ 'x-forwarded-for': forwarded }))).toBe(expected);
  });

  it('returns unknown without the header', () => {
    expect(readClientAddress(new Headers())).toBe('unknown');
  });
});
