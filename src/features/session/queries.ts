import { createRequestClient } from '#data/clients/request.ts';
import { UnauthenticatedError, UnavailableError } from '#domain/errors.ts';
import { requireMember } from '#auth/current-member.ts';

/** Who is viewing a public page: a member, a user without a company, nobody, or unknown. */
export type Visitor =
  { kind: 'member' } | { kind: 'stranger'; email: string } | { kind: 'nobody' } | { kind: 'unknown' };

/** Returns who is viewing the sign-in or invitation page. */
export async function readVisitor(): Promise<Visitor> {
  try {
    await requireMember();
    return { kind: 'member' };
  } catch (error) {
    if (error instanceof UnavailableError) return { kind: 'unknown' };
    if (!(error instanceof UnauthenticatedError)) throw error;
  }
  const email = await readVisitorEmail();
  return email === null ? { kind: 'nobody' } : { kind: 'stranger', email };
}

/** Returns the email of the signed-in user, member or not; null if nobody is signed in or the session was ended elsewhere. */
export async function readVisitorEmail(): Promise<string | null> {
  const { data } = await (await createRequestClient()).auth.getUser();
  return data.user ? (data.user.email ?? '').toLowerCase() : null;
}
