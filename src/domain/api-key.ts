/** What a key can be used for: to report, to read, or to do what an admin does. */
export const apiKeyScopes = ['report', 'read', 'admin'] as const;
export type ApiKeyScope = (typeof apiKeyScopes)[number];

const shownCharacters = 12;

/**
 * Builds the text of a new API key: `tcp_` and the random bytes in base64url.
 * @param randomBytes 32 bytes from a cryptographically secure source
 */
export function formatApiKey(randomBytes: Uint8Array): string {
  if (randomBytes.length < 32) throw new RangeError('An API key needs 32 random bytes');
  const base64 = btoa(String.fromCharCode(...randomBytes));
  return `tcp_${base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`;
}

/** Whether a text has the format of an API key. Only the database knows whether the key exists. */
export function isApiKey(text: string): boolean {
  return /^tcp_[A-Za-z0-9_-]{20,200}$/.test(text);
}

/** Returns the start of a key, by which people recognize it. It is stored and shown, and cannot be used to sign in. */
export function apiKeyPrefix(key: string): string {
  return key.slice(0, shownCharacters);
}

/** Reads stored scopes. An unknown scope gives no rights. */
export function parseApiKeyScopes(scopes: readonly string[]): ApiKeyScope[] {
  return apiKeyScopes.filter((scope) => scopes.includes(scope));
}
