import { createStatelessClient } from '#data/clients/stateless.ts';
import { isAuthUnavailable } from '#data/unwrap.ts';
import { InvalidInputError, UnavailableError } from '#domain/errors.ts';
import type { CurrentMember } from '#auth/current-member.ts';
import { limitAttempts } from '#auth/limit-sign-in-attempts.ts';

/**
 * Changes the signed-in user's password and ends their other sessions.
 * @throws InvalidInputError if the current password is wrong or the new one is refused, LimitExceededError
 */
export async function changePassword(
  { client, email }: CurrentMember,
  input: { currentPassword: string; newPassword: string; clientAddress: string },
): Promise<void> {
  await limitAttempts(email, input.clientAddress);
  // Uses a new session: hosted projects may refuse the change in a session older than a day.
  const fresh = createStatelessClient();
  const check = await fresh.auth.signInWithPassword({ email, password: input.currentPassword });
  if (check.error) {
    if (isAuthUnavailable(check.error)) throw new UnavailableError('Sign-in is unavailable');
    throw new InvalidInputError('The current password is wrong', [
      { field: 'currentPassword', problem: 'problems.wrongPassword' },
    ]);
  }
  const change = await fresh.auth.updateUser({ password: input.newPassword });
  if (change.error) {
    if (isAuthUnavailable(change.error)) throw new UnavailableError('Sign-in is unavailable');
    throw new InvalidInputError('The new password is refused', [
      {
        field: 'newPassword',
        problem:
          change.error.code === 'same_password' ? 'problems.passwordUnchanged' : 'problems.passwordRefused',
      },
    ]);
  }
  const end = await client.auth.signOut({ scope: 'others' });
  if (end.error) throw new UnavailableError('The other sessions could not be ended');
}
