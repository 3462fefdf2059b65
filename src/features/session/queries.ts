import { createRequestClient } from '#data/clients/request.ts';
import { UnauthenticatedError, UnavailableError } from '#domain/errors.ts';
import { requireMember } from '#auth/current-member.ts';

/** Who looks at a page that needs nobody: a member, a person without a company, nobody, or we cannot know. */
export type Visitor =
  { kind: 'member' } | { kind: 'stranger'; email: string } | { kind: 'nobody' } | { kind: 'unknown' };

/** Reads who looks at the sign-in or invitation page. */
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

/** Address of whoever is signed in, member or not; null when nobody is, or when their session was ended elsewhere. */
export async function readVisitorEmail(): Promise<string | null> {
  const { data } = await (await createRequestClient()).auth.getUser();
  return data.user ? (data.user.email ?? '').toLowerCase() : null;
}
