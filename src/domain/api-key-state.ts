/** What a key is now; only active and ending ones are accepted. */
export type ApiKeyState = 'active' | 'ending' | 'expired' | 'revoked';

/** The state of a key: `ending` has an end set and still works until then. */
export function apiKeyState(
  key: { expiresAt: string | null; revokedAt: string | null },
  now: Date,
): ApiKeyState {
  if (key.revokedAt !== null) return 'revoked';
  if (key.expiresAt === null) return 'active';
  return Date.parse(key.expiresAt) <= now.getTime() ? 'expired' : 'ending';
}
