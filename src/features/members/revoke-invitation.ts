import { unwrap } from '#data/unwrap.ts';
import { NotFoundError } from '#domain/errors.ts';
import type { AdminActor } from '#auth/actor.ts';

/**
 * Revokes an invitation that has not been used.
 * @throws NotFoundError if it is used, revoked or another company's
 */
export async function revokeInvitation(
  { client, tenantId }: AdminActor,
  invitationId: string,
): Promise<void> {
  const revoked = unwrap(
    await client
      .from('invitations')
      .update({ revoked_at: new Date().toISOString() })
      .eq('tenant_id', tenantId)
      .eq('id', invitationId)
      .is('accepted_at', null)
      .is('revoked_at', null)
      .select('id'),
  );
  if (revoked.length === 0) throw new NotFoundError('No such open invitation');
}
