import { describe, expect, it } from 'vitest';
import { apiKeyState } from './api-key-state.ts';

describe('apiKeyState', () => {
  const now = new Date('2026-11-21T12:00:00Z');

  it.each([
    ['is active without an end', { expiresAt: null, revokedAt: null }, 'active'],
    ['is ending before its end date', { expiresAt: '2026-11-22T00:00:00Z', revokedAt: null }, 'ending'],
    ['is expired from its end date', { expiresAt: '2026-11-21T12:00:00Z', revokedAt: null }, 'expired'],
    [
      'is revoked, whatever its end date',
      { expiresAt: '2026-11-22T00:00:00Z', revokedAt: '2026-11-20T00:00:00Z' },
      'revoked',
    ],
  ] as const)('%s', (_claim, key, expected) => {
    expect(apiKeyState(key, now)).toBe(expected);
  });
});
