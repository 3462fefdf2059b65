import { type Invitation, invitationColumns, toInvitation } from '#data/invitation-row.ts';
import { type Member, memberColumns, toMember } from '#data/member-row.ts';
import { unwrap } from '#data/unwrap.ts';
import { invitationState } from '#domain/invitation.ts';
import type { AdminActor } from '#auth/actor.ts';

// Supabase silently limits reads to 1,000 rows; a company with more members would need a search.
const listedMax = 500;

/** Returns the company's members, those who joined first at the top. */
export async function listMembers({ client, tenantId }: AdminActor): Promise<Member[]> {
  const rows = unwrap(
    await client
      .from('members')
      .select(memberColumns)
      .eq('tenant_id', tenantId)
      .order('created_at')
      .order('user_id')
      .limit(listedMax),
  );
  return rows.map(toMember);
}

/** Returns open and expired invitations, newest first, without used or revoked ones. */
export async function listPendingInvitations({
  client,
  tenantId,
}: AdminActor): Promise<{ open: Invitation[]; expired: Invitation[] }> {
  const rows = unwrap(
    await client
      .from('invitations')
      .select(invitationColumns)
      .eq('tenant_id', tenantId)
      .is('accepted_at', null)
      .is('revoked_at', null)
      .order('created_at', { ascending: false })
      .limit(listedMax),
  );
  const now = new Date();
  const invitations = rows.map(toInvitation);
  return {
    open: invitations.filter((invitation) => invitationState(invitation, now) === 'open'),
    expired: invitations.filter((invitation) => invitationState(invitation, now) === 'expired'),
  };
}
