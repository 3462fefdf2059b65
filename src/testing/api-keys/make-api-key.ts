import { randomBytes } from 'node:crypto';
import { hashSecret } from '#auth/hash-secret.ts';
import { apiKeyPrefix, formatApiKey } from '#domain/api-key.ts';
import { type Columns, insertRow } from '#testing/database/insert-row.ts';

/** Creates an API key; the result includes the text that a script sends. */
export async function makeApiKey(
  tenantId: string,
  scopes: string[],
  columns: Columns<'api_keys'> = {},
): Promise<{ id: string; key: string }> {
  const key = formatApiKey(randomBytes(32));
  const id = await insertRow('api_keys', {
    tenant_id: tenantId,
    name: `Key for ${scopes.join(', ')}`,
    prefix: apiKeyPrefix(key),
    key_hash: hashSecret(key),
    scopes,
    ...columns,
  });
  return { id, key };
}
