import { randomUUID } from 'node:crypto';
import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import postgres from 'postgres';
import type { Database } from '#data/database.types.ts';
import { ownSupabase } from '#testing/own-supabase.ts';

export type TestClient = SupabaseClient<Database>;

/** A person with a client that is signed in as that person. */
export interface TestPerson {
  readonly id: string;
  readonly email: string;
  readonly password: string;
  readonly client: TestClient;
}

/** A company of its own, so that suites do not see each other's rows. */
export interface TestTenant {
  readonly id: string;
  readonly name: string;
  readonly admin: TestPerson;
  readonly staff: TestPerson;
}

const options = { auth: { persistSession: false, autoRefreshToken: false } };

/** The database as its superuser, for arranging and looking; a test's subject goes through a client. */
export const sql = postgres(ownSupabase.superuserUrl, { max: 2, idle_timeout: 1, onnotice: () => {} });

/** A client with the publishable key and nobody signed in. */
export function createAnonClient(): TestClient {
  const { url, publishableKey } = ownSupabase;
  return createClient<Database>(url, publishableKey, options);
}

/** A client with the secret key, which row level security does not hold. */
export function serviceClient(): TestClient {
  const { url, secretKey } = ownSupabase;
  return createClient<Database>(url, secretKey, options);
}

/** A person who has signed up and signed in and belongs to no tenant. */
export async function createTestPerson(name = 'person'): Promise<TestPerson> {
  const email = `${name}-${randomUUID()}@example.com`;
  const password = `password-${randomUUID()}`;
  const client = createAnonClient();
  const signUp = await client.auth.signUp({ email, password });
  if (signUp.error) throw signUp.error;
  const signIn = await client.auth.signInWithPassword({ email, password });
  if (signIn.error) throw signIn.error;
  return { id: signIn.data.user.id, email, password, client };
}

/** Makes a person a member. */
export async function addMember(
  tenantId: string,
  person: TestPerson,
  role: 'admin' | 'staff',
): Promise<void> {
  await sql`
    insert into public.members (tenant_id, user_id, role, email)
    values (${tenantId}, ${person.id}, ${role}, ${person.email})`;
}

/** A tenant with an admin and a staff member, each signed in. */
export async function createTestTenant(name = `Tenant ${randomUUID()}`): Promise<TestTenant> {
  const [admin, staff] = await Promise.all([createTestPerson('admin'), createTestPerson('staff')]);
  const [tenant] = await sql<
    { id: string }[]
  >`insert into public.tenants (name) values (${name}) returning id`;
  if (!tenant) throw new Error('The tenant was not made');
  await addMember(tenant.id, admin, 'admin');
  await addMember(tenant.id, staff, 'staff');
  return { id: tenant.id, name, admin, staff };
}
