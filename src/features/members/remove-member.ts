import { unwrap } from '#data/unwrap.ts';
import { NotFoundError } from '#domain/errors.ts';
import type { AdminActor } from '#auth/actor.ts';

/**
 * Removes a member, who loses access to the company at once, in every session.
 * @throws ConflictError (tenant_keeps_one_admin) for the last admin, NotFoundError
 */
export async function removeMember({ client, tenantId }: AdminActor, userId: string): Promise<void> {
  const removed = unwrap(
    await client.from('members').delete().eq('tenant_id', tenantId).eq('user_id', userId).select('user_id'),
  );
  if (removed.length === 0) throw new NotFoundError('No such member');
}
