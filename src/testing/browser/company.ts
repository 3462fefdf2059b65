import { randomUUID } from 'node:crypto';
import { anonOf, serviceOf } from './clients.ts';
import type { PortalFacts } from './portal-facts.ts';
import { type SessionState, startSession } from './session.ts';

/** A user who can sign in with the form, or with the session stored here. */
export interface Person {
  readonly email: string;
  readonly password: string;
  readonly session: SessionState;
}

/** A separate company in the shared portal. */
export interface Company {
  readonly id: string;
  readonly name: string;
  readonly admin: Person;
  readonly staff: Person;
}

/** Creates a user who is a member. */
export async function addPerson(
  portal: PortalFacts,
  tenantId: string,
  role: 'admin' | 'staff',
  displayName = '',
): Promise<Person> {
  const email = `${role}-${randomUUID().slice(0, 8)}@example.com`;
  const password = `password-${randomUUID()}`;
  const signUp = await anonOf(portal).auth.signUp({
    email,
    password,
  });
  if (signUp.error || !signUp.data.user) throw signUp.error ?? new Error('Sign-up returned no user');
  await serviceOf(portal)
    .from('members')
    .insert({
      tenant_id: tenantId,
      user_id: signUp.data.user.id,
      role,
      email,
      display_name: displayName,
    })
    .throwOnError();
  return { email, password, session: await startSession(portal, { email, password }) };
}

/** Creates a company with an admin and a staff member. */
export async function createCompany(
  portal: PortalFacts,
  name = `Company ${randomUUID().slice(0, 8)}`,
): Promise<Company> {
  const { data } = await serviceOf(portal)
    .from('tenants')
    .insert({ name })
    .select('id')
    .single()
    .throwOnError();
  const [admin, staff] = await Promise.all([
    addPerson(portal, data.id, 'admin', 'Aoi Admin'),
    addPerson(portal, data.id, 'staff', 'Sora Staff'),
  ]);
  return { id: data.id, name, admin, staff };
}
