import { hash } from 'node:crypto';

/** Returns the SHA-256 in hex, as in `api_keys.key_hash`. Safe for keys of 256 random bits, never for passwords. */
export function hashSecret(secret: string): string {
  return hash('sha256', secret, 'hex');
}
