import { describe, expect, it } from 'vitest';
import { invitationState } from './invitation.ts';

describe('invitationState', () => {
  const now = new Date('2026-11-21T12:00:00Z');
  const open = { acceptedAt: null, revokedAt: null, expiresAt: '2026-11-22T12:00:00Z' };
  const past = '2026-11-20T00:00:00Z';

  it.each([
    ['is open until it expires', open, 'open'],
    ['is expired from its expiry instant', { ...open, expiresAt: '2026-11-21T12:00:00Z' }, 'expired'],
    ['stays accepted after it expires', { ...open, acceptedAt: past, expiresAt: past }, 'accepted'],
    ['stays revoked after it expires', { ...open, revokedAt: past, expiresAt: past }, 'revoked'],
  ] as const)('%s', (_claim, invitation, expected) => {
    expect(invitationState(invitation, now)).toBe(expected);
  });
});
