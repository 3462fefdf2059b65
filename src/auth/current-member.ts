import { cache } from 'react';
import { createRequestClient, type RequestClient } from '#data/clients/request.ts';
import { toCurrentMember } from '#data/current-member-row.ts';
import { isAuthUnavailable, unwrap } from '#data/unwrap.ts';
import { ForbiddenError, UnauthenticatedError, UnavailableError } from '#domain/errors.ts';
import type { MemberRole } from '#domain/member-role.ts';

/** What the badge shows, and a version that changes when a live page would show something else. */
export interface BadgeState {
  failingCount: number;
  jobCount: number;
  version: string;
}

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
  /** Read before anything else of the page: a change in between is shown now and asked for once more, never missed. */
  badge: BadgeState;
}

/** A member who is an admin. Verbs for admins ask for this type, so that none can be called without the check. */
export type CurrentAdmin = CurrentMember & { role: 'admin' };

/**
 * The member as whom a client acts. The database checks the token; what the cookie says of itself is not looked at.
 * @throws UnauthenticatedError without a session or a membership, UnavailableError when Supabase is away
 */
export async function readCurrentMember(client: RequestClient): Promise<CurrentMember> {
  const { data, error } = await client.auth.getSession();
  if (error && isAuthUnavailable(error)) throw new UnavailableError('Sign-in is away');
  if (!data.session) throw new UnauthenticatedError('Not signed in');
  const [row] = unwrap(await client.rpc('current_member'));
  if (!row) throw new UnauthenticatedError('Not a member of any company');
  return { client, ...toCurrentMember(row) };
}

/** The member who makes this request; read once per request. Errors as `readCurrentMember`. */
export const requireMember = cache(async (): Promise<CurrentMember> =>
  readCurrentMember(await createRequestClient()),
);

/**
 * As `requireMember`, for what only admins may do. Row level security says the same once more.
 * @throws ForbiddenError for staff
 */
export async function requireAdmin(): Promise<CurrentAdmin> {
  const member = await requireMember();
  if (member.role !== 'admin') throw new ForbiddenError('Only admins may do this');
  return { ...member, role: member.role };
}
