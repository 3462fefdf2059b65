/** The state of an invitation. Only an open one can be accepted. */
export type InvitationState = 'open' | 'accepted' | 'revoked' | 'expired';

/** Returns the state of an invitation. A used or revoked one keeps that state even after it expires. */
export function invitationState(
  invitation: { acceptedAt: string | null; revokedAt: string | null; expiresAt: string },
  now: Date,
): InvitationState {
  if (invitation.acceptedAt !== null) return 'accepted';
  if (invitation.revokedAt !== null) return 'revoked';
  return Date.parse(invitation.expiresAt) <= now.getTime() ? 'expired' : 'open';
}
