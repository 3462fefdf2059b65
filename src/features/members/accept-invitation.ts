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

/** 'confirm-email' when Supabase wants the address confirmed first: the invitation stays open until then. */
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
    // Used, expired and revoked look the same here, and a race for the link is lost here too.
    throw error instanceof NotFoundError ? invitationInvalid() : error;
  }
}

/**
 * Joins as a person who has no account yet.
 * @throws InvalidInputError when the invitation is over, the address has an account or the password is refused
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
    throw new InvalidInputError('Supabase refuses the account', [
      error.code === 'user_already_exists' || error.code === 'email_exists'
        ? { field: '', problem: 'problems.accountExists' }
        : { field: 'newPassword', problem: 'problems.passwordRefused' },
    ]);
  }
  if (!data.session) {
    // Where addresses are confirmed, Supabase answers a known address as if it were new, without identities.
    if (data.user?.identities?.length === 0) {
      throw new InvalidInputError('The address has an account', [
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
 * Joins as a person who has an account and is not signed in.
 * @throws InvalidInputError when the invitation is over or the password is wrong, LimitExceededError
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
 * Joins as the person who is signed in.
 * @throws InvalidInputError when the invitation is over, ConflictError when it is for another address
 */
export async function joinAsVisitor({ client, token }: Omit<Joining, 'clientAddress'>): Promise<JoinResult> {
  const invitation = await findOpenInvitation(token);
  const { data } = await client.auth.getUser();
  if (data.user?.email?.toLowerCase() !== invitation.email) {
    throw new ConflictError('For another address', 'invitation_for_other_address');
  }
  await accept(client, token);
  return 'joined';
}
