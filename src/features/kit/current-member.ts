import { cache } from 'react';
import { createRequestClient, type RequestClient } from '#data/clients/request.ts';
import { isAuthUnavailable, unwrap } from '#data/unwrap.ts';
import { ForbiddenError, UnauthenticatedError, UnavailableError } from '#domain/errors.ts';
import { type MemberRole, parseMemberRole } from '#domain/member-role.ts';

/** Who is asking: a signed-in person in one tenant, and the client that acts as them under row level security. */
export interface CurrentMember {
  client: RequestClient;
  userId: string;
  email: string;
  displayName: string;
  role: MemberRole;
  tenantId: string;
  tenantName: string;
  timeZone: string;
}

/** A member who is an admin. Verbs for admins ask for this type, so that none can be called without the check. */
export type CurrentAdmin = CurrentMember & { role: 'admin' };

/**
 * The member who makes this request; read once per request.
 * @throws UnauthenticatedError without a session or a membership, UnavailableError when Supabase is away
 */
export const requireMember = cache(async (): Promise<CurrentMember> => {
  const client = await createRequestClient();
  const { data, error } = await client.auth.getClaims();
  if (error && isAuthUnavailable(error)) throw new UnavailableError('Sign-in is away');
  const userId = data?.claims.sub;
  if (error || !userId) throw new UnauthenticatedError('Not signed in');

  const rows = unwrap(
    await client
      .from('members')
      .select('role, email, display_name, tenants!inner(id, name, time_zone)')
      .eq('user_id', userId)
      .order('created_at')
      .limit(1),
  );
  const row = rows[0];
  if (!row) throw new UnauthenticatedError('Not a member of any company');
  return {
    client,
    userId,
    email: row.email,
    displayName: row.display_name || row.email,
    role: parseMemberRole(row.role),
    tenantId: row.tenants.id,
    tenantName: row.tenants.name,
    timeZone: row.tenants.time_zone,
  };
});

/**
 * As `requireMember`, for what only admins may do. Row level security says the same once more.
 * @throws ForbiddenError for staff
 */
export async function requireAdmin(): Promise<CurrentAdmin> {
  const member = await requireMember();
  if (member.role !== 'admin') throw new ForbiddenError('Only admins may do this');
  return { ...member, role: member.role };
}
