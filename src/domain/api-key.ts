/** What a key may be used for: to report, to read, or to do what an admin does. */
export const apiKeyScopes = ['report', 'read', 'admin'] as const;
export type ApiKeyScope = (typeof apiKeyScopes)[number];

const shownCharacters = 12;

/**
 * The text of a new API key: `tcp_` and the given random bytes in base64url.
 * @param randomBytes 32 of them, from a source fit for secrets
 */
export function formatApiKey(randomBytes: Uint8Array): string {
  if (randomBytes.length < 32) throw new RangeError('An API key needs 32 random bytes');
  const base64 = btoa(String.fromCharCode(...randomBytes));
  return `tcp_${base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`;
}

/** Whether a text has the form of an API key; whether there is such a key, only the database knows. */
export function isApiKey(text: string): boolean {
  return /^tcp_[A-Za-z0-9_-]{20,200}$/.test(text);
}

/** The beginning of a key, by which people recognise it; stored and shown, of no use for signing in. */
export function apiKeyPrefix(key: string): string {
  return key.slice(0, shownCharacters);
}

/** The scopes as stored; anything unknown gives no right. */
export function parseApiKeyScopes(scopes: readonly string[]): ApiKeyScope[] {
  return apiKeyScopes.filter((scope) => scopes.includes(scope));
}
