import { cache } from 'react';
import { createRequestClient, type RequestClient } from '#data/clients/request.ts';
import { toCurrentMember } from '#data/current-member-row.ts';
import { isAuthUnavailable, unwrap } from '#data/unwrap.ts';
import { UnauthenticatedError, UnavailableError } from '#domain/errors.ts';
import type { Actor } from './actor.ts';

/** What the badge shows, and a version that changes when a live page would show something else. */
export interface BadgeState {
  failingCount: number;
  jobCount: number;
  version: string;
}

/** Who is asking: a signed-in person in one tenant, and the client that acts as them under row level security. */
export interface CurrentMember extends Actor {
  userId: string;
  email: string;
  displayName: string;
  tenantName: string;
  /** Read before anything else of the page: a change in between is shown now and asked for once more, never missed. */
  badge: BadgeState;
}

/**
 * The member as whom a client acts. The database checks the token; what the cookie says of itself is not looked at.
 * @throws UnauthenticatedError without a session or a membership, UnavailableError when Supabase is away
 */
export async function readCurrentMember(client: RequestClient): Promise<CurrentMember> {
  const { data, error } = await client.auth.getSession();
  if (error && isAuthUnavailable(error)) throw new UnavailableError('Sign-in is unavailable');
  if (!data.session) throw new UnauthenticatedError('Not signed in');
  const [row] = unwrap(await client.rpc('current_member'));
  if (!row) throw new UnauthenticatedError('Not a member of any company');
  return { client, ...toCurrentMember(row) };
}

/** The member who makes this request; read once per request. Errors as `readCurrentMember`. */
export const requireMember = cache(async (): Promise<CurrentMember> =>
  readCurrentMember(await createRequestClient()),
);
