import { apiKeyColumns, toApiKey } from '#data/api-key-row.ts';
import { unwrap } from '#data/unwrap.ts';
import { apiKeyState } from '#domain/api-key-state.ts';
import { ConflictError, NotFoundError } from '#domain/errors.ts';
import type { AdminActor } from '#auth/actor.ts';
import { createApiKey } from './create-api-key.ts';

const dayMilliseconds = 24 * 60 * 60 * 1000;

/**
 * Creates a key with the name and scopes of an old one, which keeps working for the given number of days.
 * @throws NotFoundError, ConflictError (api_key_is_over) if the old key has expired or was revoked
 */
export async function rotateApiKey(
  admin: AdminActor,
  { apiKeyId, overlapDays }: { apiKeyId: string; overlapDays: number },
): Promise<{ id: string; key: string }> {
  const { client, tenantId } = admin;
  const old = toApiKey(
    unwrap(
      await client
        .from('api_keys')
        .select(apiKeyColumns)
        .eq('tenant_id', tenantId)
        .eq('id', apiKeyId)
        .maybeSingle(),
    ),
  );
  const now = new Date();
  const state = apiKeyState(old, now);
  if (state === 'revoked' || state === 'expired')
    throw new ConflictError('The key has expired or was revoked', 'api_key_is_over');

  // Creates the new key before it ends the old one: if the second step fails, scripts still have a working key.
  const made = await createApiKey(admin, {
    name: old.name,
    scopes: old.scopes,
    expiryDays: null,
    replacesId: old.id,
  });
  const end = new Date(now.getTime() + overlapDays * dayMilliseconds);
  // An earlier expiry date stays.
  if (old.expiresAt === null || end < new Date(old.expiresAt)) {
    const ended = unwrap(
      await client
        .from('api_keys')
        .update({ expires_at: end.toISOString() })
        .eq('tenant_id', tenantId)
        .eq('id', apiKeyId)
        .is('revoked_at', null)
        .select('id'),
    );
    if (ended.length === 0) throw new NotFoundError('The old key has just been revoked');
  }
  return made;
}
