import { randomUUID } from 'node:crypto';
import { createAnonClient, sql, type TestClient } from '#testing/database/clients.ts';

/** A user with a signed-in client. */
export interface TestPerson {
  readonly id: string;
  readonly email: string;
  readonly password: string;
  readonly client: TestClient;
}

/** Creates a user who has signed up and signed in, without a tenant. */
export async function makePerson(name = 'person'): Promise<TestPerson> {
  const email = `${name}-${randomUUID()}@example.com`;
  const password = `password-${randomUUID()}`;
  const client = createAnonClient();
  const signUp = await client.auth.signUp({ email, password });
  if (signUp.error) throw signUp.error;
  const signIn = await client.auth.signInWithPassword({ email, password });
  if (signIn.error) throw signIn.error;
  return { id: signIn.data.user.id, email, password, client };
}

/** Adds a user to a tenant as a member. */
export async function addMember(
  tenantId: string,
  person: TestPerson,
  role: 'admin' | 'staff',
): Promise<void> {
  await sql`
    insert into public.members (tenant_id, user_id, role, email)
    values (${tenantId}, ${person.id}, ${role}, ${person.email})`;
}
