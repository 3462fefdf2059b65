import { cache } from 'react';
import { createRequestClient, type RequestClient } from '#data/clients/request.ts';
import { toCurrentMember } from '#data/current-member-row.ts';
import { isAuthUnavailable, unwrap } from '#data/unwrap.ts';
import { UnauthenticatedError, UnavailableError } from '#domain/errors.ts';
import type { Actor } from './actor.ts';

/** The content of the badge, and a version that changes when a live page has something new to show. */
export interface BadgeState {
  failingCount: number;
  jobCount: number;
  version: string;
}

/** A signed-in user in one tenant, and the client that acts as them under row level security. */
export interface CurrentMember extends Actor {
  userId: string;
  email: string;
  displayName: string;
  tenantName: string;
  /** Read before the rest of the page: a change in between causes one extra reload, and is never missed. */
  badge: BadgeState;
}

/**
 * Returns the member that a client acts as. The database checks the token; the contents of the cookie are not trusted.
 * @throws UnauthenticatedError without a session or a membership, UnavailableError if Supabase is unavailable
 */
export async function readCurrentMember(client: RequestClient): Promise<CurrentMember> {
  const { data, error } = await client.auth.getSession();
  if (error && isAuthUnavailable(error)) throw new UnavailableError('Sign-in is unavailable');
  if (!data.session) throw new UnauthenticatedError('Not signed in');
  const [row] = unwrap(await client.rpc('current_member'));
  if (!row) throw new UnauthenticatedError('Not a member of any company');
  return { client, ...toCurrentMember(row) };
}

/** Returns the member who makes this request; read once per request. Errors as in `readCurrentMember`. */
export const requireMember = cache(async (): Promise<CurrentMember> =>
  readCurrentMember(await createRequestClient()),
);
