/** What an invitation is now. Only an open one can be accepted. */
export type InvitationState = 'open' | 'accepted' | 'revoked' | 'expired';

/** The state of an invitation; a used or revoked one stays that, however old it is. */
export function invitationState(
  invitation: { acceptedAt: string | null; revokedAt: string | null; expiresAt: string },
  now: Date,
): InvitationState {
  if (invitation.acceptedAt !== null) return 'accepted';
  if (invitation.revokedAt !== null) return 'revoked';
  return Date.parse(invitation.expiresAt) <= now.getTime() ? 'expired' : 'open';
}
