import { randomBytes } from 'node:crypto';
import { unwrap } from '#data/unwrap.ts';
import { apiKeyPrefix, type ApiKeyScope, formatApiKey } from '#domain/api-key.ts';
import type { AdminActor } from '#auth/actor.ts';
import { hashSecret } from '#auth/hash-secret.ts';

const dayMilliseconds = 24 * 60 * 60 * 1000;

/** Creates an API key. Only the return value holds the key; the database stores its hash. */
export async function createApiKey(
  { client, tenantId, userId }: AdminActor,
  {
    name,
    scopes,
    expiryDays,
    replacesId,
  }: { name: string; scopes: ApiKeyScope[]; expiryDays: number | null; replacesId?: string },
): Promise<{ id: string; key: string }> {
  const key = formatApiKey(randomBytes(32));
  const { id } = unwrap(
    await client
      .from('api_keys')
      .insert({
        tenant_id: tenantId,
        name,
        scopes,
        prefix: apiKeyPrefix(key),
        key_hash: hashSecret(key),
        replaces_id: replacesId ?? null,
        created_by: userId,
        expires_at:
          expiryDays === null ? null : new Date(Date.now() + expiryDays * dayMilliseconds).toISOString(),
      })
      .select('id')
      .single(),
  );
  return { id, key };
}
