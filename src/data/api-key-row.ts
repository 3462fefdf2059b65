import type { Tables } from '#data/database.types.ts';
import { toInstant } from './database-instant.ts';
import { type ApiKeyScope, parseApiKeyScopes } from '#domain/api-key.ts';

export const apiKeyColumns =
  'id, name, prefix, scopes, replaces_id, created_at, expires_at, revoked_at, last_used_at' as const;

type ApiKeyRow = Pick<
  Tables<'api_keys'>,
  | 'id'
  | 'name'
  | 'prefix'
  | 'scopes'
  | 'replaces_id'
  | 'created_at'
  | 'expires_at'
  | 'revoked_at'
  | 'last_used_at'
>;

/** An API key without its secret text. */
export interface ApiKey {
  id: string;
  name: string;
  prefix: string;
  scopes: ApiKeyScope[];
  replacesId: string | null;
  createdAt: string;
  expiresAt: string | null;
  revokedAt: string | null;
  lastUsedAt: string | null;
}

const toInstantOrNull = (stored: string | null) => (stored === null ? null : toInstant(stored));

/** Reads a row of api_keys. */
export function toApiKey(row: ApiKeyRow): ApiKey {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: parseApiKeyScopes(row.scopes),
    replacesId: row.replaces_id,
    createdAt: toInstant(row.created_at),
    expiresAt: toInstantOrNull(row.expires_at),
    revokedAt: toInstantOrNull(row.revoked_at),
    lastUsedAt: toInstantOrNull(row.last_used_at),
  };
}
