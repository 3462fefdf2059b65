import { createServiceClient } from '#data/clients/service.ts';
import { createStatelessClient } from '#data/clients/stateless.ts';
import { isAuthUnavailable, unwrap, unwrapMaybe } from '#data/unwrap.ts';
import { UnavailableError } from '#domain/errors.ts';

/** The first company and its first admin. */
export interface FirstTenant {
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

/**
 * Creates the first tenant with its admin; does nothing if there is already a tenant.
 * @throws UnavailableError if Supabase does not respond
 */
export async function createFirstTenant({ name, email, password }: FirstTenant): Promise<void> {
  const service = createServiceClient();
  const tenant = unwrapMaybe(await service.from('tenants').select('id').limit(1).maybeSingle());
  if (tenant) return;
  const userId = await signUpAdmin({ email, password });
  unwrap(await service.rpc('create_first_tenant', { p_name: name, p_user_id: userId, p_email: email }));
}

async function signUpAdmin(admin: Omit<FirstTenant, 'name'>): Promise<string> {
  // Never on the service client: with a session it would act as that user.
  const client = createStatelessClient();
  let { data, error } = await client.auth.signUp(admin);
  // An earlier start may have been interrupted between sign-up and tenant.
  if (error?.code === 'user_already_exists') ({ data, error } = await client.auth.signInWithPassword(admin));
  if (error && isAuthUnavailable(error)) throw new UnavailableError('Sign-in is unavailable');
  if (error) throw error;
  if (!data.user) throw new UnavailableError('Sign-up returned no user');
  await client.auth.signOut({ scope: 'local' });
  return data.user.id;
}
