import { randomBytes } from 'node:crypto';
import { unwrap } from '#data/unwrap.ts';
import { InvalidInputError } from '#domain/errors.ts';
import type { MemberRole } from '#domain/member-role.ts';
import type { AdminActor } from '#auth/actor.ts';
import { hashSecret } from '#auth/hash-secret.ts';

/**
 * Creates a link with which one person can join within 7 days. Only the return value holds its token.
 * @throws InvalidInputError if the person is already a member
 */
export async function inviteMember(
  { client, tenantId, userId }: AdminActor,
  { email, role }: { email: string; role: MemberRole },
): Promise<{ token: string }> {
  const members = unwrap(
    await client.from('members').select('user_id').eq('tenant_id', tenantId).eq('email', email).limit(1),
  );
  if (members.length > 0) {
    throw new InvalidInputError('Already a member', [{ field: 'email', problem: 'problems.alreadyMember' }]);
  }
  const token = randomBytes(32).toString('base64url');
  unwrap(
    await client
      .from('invitations')
      .insert({ tenant_id: tenantId, email, role, token_hash: hashSecret(token), invited_by: userId })
      .select('id')
      .single(),
  );
  return { token };
}
