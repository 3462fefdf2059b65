/** The state of a key; only active and ending keys are accepted. */
export type ApiKeyState = 'active' | 'ending' | 'expired' | 'revoked';

/** Returns the state of a key: `ending` means that it works until its end date. */
export function apiKeyState(
  key: { expiresAt: string | null; revokedAt: string | null },
  now: Date,
): ApiKeyState {
  if (key.revokedAt !== null) return 'revoked';
  if (key.expiresAt === null) return 'active';
  return Date.parse(key.expiresAt) <= now.getTime() ? 'expired' : 'ending';
}
