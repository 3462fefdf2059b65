import { createRequestClient } from '#data/clients/request.ts';
import { isAuthUnavailable } from '#data/unwrap.ts';
import { InvalidInputError, UnavailableError } from '#domain/errors.ts';
import { limitAttempts } from '#auth/limit-sign-in-attempts.ts';

/**
 * Signs in. The error does not say whether the email or the password was wrong.
 * @throws InvalidInputError if they do not match, LimitExceededError, UnavailableError
 */
export async function signIn({
  email,
  password,
  clientAddress,
}: {
  email: string;
  password: string;
  clientAddress: string;
}): Promise<void> {
  await limitAttempts(email, clientAddress);
  const client = await createRequestClient();
  const { error } = await client.auth.signInWithPassword({ email, password });
  if (!error) return;
  if (isAuthUnavailable(error)) throw new UnavailableError('Sign-in is unavailable');
  throw new InvalidInputError('Email and password do not match', [
    { field: '', problem: 'problems.wrongCredentials' },
  ]);
}
