import { createServiceClient, type ServiceClient } from '#data/clients/service.ts';
import { isAuthUnavailable, unwrap, unwrapMaybe } from '#data/unwrap.ts';
import { UnavailableError } from '#domain/errors.ts';

/** The first company and its first admin. */
export interface FirstTenant {
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

/**
 * Makes the first tenant with its admin; changes nothing when there is a tenant already.
 * @throws UnavailableError when Supabase does not answer
 */
export async function createFirstTenant({ name, email, password }: FirstTenant): Promise<void> {
  const service = createServiceClient();
  const tenant = unwrapMaybe(await service.from('tenants').select('id').limit(1).maybeSingle());
  if (tenant) return;
  const userId = await signUpAdmin(service, { email, password });
  unwrap(await service.rpc('create_first_tenant', { p_name: name, p_user_id: userId, p_email: email }));
}

async function signUpAdmin(service: ServiceClient, { email, password }: Omit<FirstTenant, 'name'>): Promise<string> {
  try {
    let { data, error } = await service.auth.signUp({ email, password });
    // An earlier start may have been interrupted between sign-up and tenant.
    if (error?.code === 'user_already_exists') {
      ({ data, error } = await service.auth.signInWithPassword({ email, password }));
    }
    if (error && isAuthUnavailable(error)) throw new UnavailableError('Sign-in is away');
    if (error) throw error;
    if (!data.user) throw new UnavailableError('Sign-up gave no user');
    return data.user.id;
  } finally {
    // A client that holds a session acts as that person and no longer as the service.
    await service.auth.signOut({ scope: 'local' });
  }
}
