import { createServiceClient } from '#data/clients/service.ts';
import { invitationColumns, toInvitation } from '#data/invitation-row.ts';
import { unwrapMaybe } from '#data/unwrap.ts';
import { type InvitationState, invitationState } from '#domain/invitation.ts';
import type { MemberRole } from '#domain/member-role.ts';
import { hashSecret } from '#auth/hash-secret.ts';

/** What the holder of a link may see before signing in. */
export interface FoundInvitation {
  state: InvitationState;
  email: string;
  role: MemberRole;
  tenantName: string;
}

/** Returns the invitation of a link, or null. Anyone with the link may see it, without signing in. */
export async function findInvitation(token: string): Promise<FoundInvitation | null> {
  const row = unwrapMaybe(
    await createServiceClient()
      .from('invitations')
      .select(`${invitationColumns}, tenants!inner(name)`)
      .eq('token_hash', hashSecret(token))
      .maybeSingle(),
  );
  if (!row) return null;
  const invitation = toInvitation(row);
  return {
    state: invitationState(invitation, new Date()),
    email: invitation.email,
    role: invitation.role,
    tenantName: row.tenants.name,
  };
}
