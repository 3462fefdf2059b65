import { unwrap } from '#data/unwrap.ts';
import { NotFoundError } from '#domain/errors.ts';
import type { AdminActor } from '#auth/actor.ts';

/**
 * Revokes a key immediately and permanently.
 * @throws NotFoundError if it does not exist or is already revoked
 */
export async function revokeApiKey({ client, tenantId }: AdminActor, apiKeyId: string): Promise<void> {
  const revoked = unwrap(
    await client
      .from('api_keys')
      .update({ revoked_at: new Date().toISOString() })
      .eq('tenant_id', tenantId)
      .eq('id', apiKeyId)
      .is('revoked_at', null)
      .select('id'),
  );
  if (revoked.length === 0) throw new NotFoundError('No such key to revoke');
}
