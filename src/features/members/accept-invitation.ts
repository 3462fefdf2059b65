import type { RequestClient } from '#data/clients/request.ts';
import { isAuthUnavailable, unwrap, unwrapMaybe } from '#data/unwrap.ts';
import { ConflictError, InvalidInputError, NotFoundError, UnavailableError } from '#domain/errors.ts';
import { hashSecret } from '#auth/hash-secret.ts';
import { limitAttempts } from '#auth/limit-sign-in-attempts.ts';
import { findInvitation } from './find-invitation.ts';

interface Joining {
  client: RequestClient;
  token: string;
  clientAddress: string;
}

/** 'confirm-email' if Supabase requires a confirmed email first: the invitation stays open until then. */
export type JoinResult = 'joined' | 'confirm-email';

async function findOpenInvitation(token: string) {
  const invitation = await findInvitation(token);
  if (invitation?.state !== 'open') throw invitationInvalid();
  return invitation;
}

function invitationInvalid(): InvalidInputError {
  return new InvalidInputError('The invitation cannot be used', [
    { field: '', problem: 'problems.invitationInvalid' },
  ]);
}

async function accept(client: RequestClient, token: string): Promise<void> {
  try {
    unwrap(await client.rpc('accept_invitation', { p_token_hash: hashSecret(token) }));
  } catch (error) {
    // Used, expired and revoked invitations look the same here. The loser of a race for the link also ends here.
    throw error instanceof NotFoundError ? invitationInvalid() : error;
  }
}

/**
 * Joins a company with a new account.
 * @throws InvalidInputError if the invitation is no longer valid, the email has an account or the password is refused
 */
export async function joinAsNewPerson({
  client,
  token,
  clientAddress,
  displayName,
  newPassword,
}: Joining & { displayName: string; newPassword: string }): Promise<JoinResult> {
  const invitation = await findOpenInvitation(token);
  await limitAttempts(invitation.email, clientAddress);
  const { data, error } = await client.auth.signUp({ email: invitation.email, password: newPassword });
  if (error) {
    if (isAuthUnavailable(error)) throw new UnavailableError('Sign-in is unavailable');
    throw new InvalidInputError('Supabase refused the account', [
      error.code === 'user_already_exists' || error.code === 'email_exists'
        ? { field: '', problem: 'problems.accountExists' }
        : { field: 'newPassword', problem: 'problems.passwordRefused' },
    ]);
  }
  if (!data.session) {
    // If email confirmation is on, Supabase treats a known email as new, but returns no identities.
    if (data.user?.identities?.length === 0) {
      throw new InvalidInputError('This email already has an account', [
        { field: '', problem: 'problems.accountExists' },
      ]);
    }
    return 'confirm-email';
  }
  await accept(client, token);
  if (displayName !== '') unwrapMaybe(await client.rpc('rename_myself', { p_display_name: displayName }));
  return 'joined';
}

/**
 * Joins a company with an existing account, without being signed in.
 * @throws InvalidInputError if the invitation is no longer valid or the password is wrong, LimitExceededError
 */
export async function joinWithPassword({
  client,
  token,
  clientAddress,
  password,
}: Joining & { password: string }): Promise<JoinResult> {
  const invitation = await findOpenInvitation(token);
  await limitAttempts(invitation.email, clientAddress);
  const { error } = await client.auth.signInWithPassword({ email: invitation.email, password });
  if (error) {
    if (isAuthUnavailable(error)) throw new UnavailableError('Sign-in is unavailable');
    throw new InvalidInputError('The password is wrong', [
      { field: '', problem: 'problems.wrongCredentials' },
    ]);
  }
  await accept(client, token);
  return 'joined';
}

/**
 * Joins a company as the signed-in user.
 * @throws InvalidInputError if the invitation is no longer valid, ConflictError if it is for another email
 */
export async function joinAsVisitor({ client, token }: Omit<Joining, 'clientAddress'>): Promise<JoinResult> {
  const invitation = await findOpenInvitation(token);
  const { data } = await client.auth.getUser();
  if (data.user?.email?.toLowerCase() !== invitation.email) {
    throw new ConflictError('The invitation is for another email', 'invitation_for_other_address');
  }
  await accept(client, token);
  return 'joined';
}
