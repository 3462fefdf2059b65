import { unwrap } from '#data/unwrap.ts';
import { NotFoundError } from '#domain/errors.ts';
import type { MemberRole } from '#domain/member-role.ts';
import type { AdminActor } from '#auth/actor.ts';

/**
 * Changes a member's role to admin or staff.
 * @throws ConflictError (tenant_keeps_one_admin) for the last admin, NotFoundError
 */
export async function changeMemberRole(
  { client, tenantId }: AdminActor,
  { userId, role }: { userId: string; role: MemberRole },
): Promise<void> {
  const changed = unwrap(
    await client
      .from('members')
      .update({ role })
      .eq('tenant_id', tenantId)
      .eq('user_id', userId)
      .select('user_id'),
  );
  if (changed.length === 0) throw new NotFoundError('No such member');
}
