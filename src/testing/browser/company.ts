import { randomUUID } from 'node:crypto';
import { createServerClient } from '@supabase/ssr';
import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import type { Database } from '#data/database.types.ts';
import type { PortalFacts } from './portal-facts.ts';

type Role = 'admin' | 'staff';

/** Cookies of a session, as Playwright's storageState. */
export interface SessionState {
  cookies: {
    name: string;
    value: string;
    domain: string;
    path: string;
    expires: number;
    httpOnly: boolean;
    secure: boolean;
    sameSite: 'Lax';
  }[];
  origins: [];
}

/** A person who can sign in, by form or by the session that comes with them. */
export interface Person {
  readonly email: string;
  readonly password: string;
  readonly session: SessionState;
}

/** A company of its own in the shared portal. */
export interface Company {
  readonly id: string;
  readonly name: string;
  readonly admin: Person;
  readonly staff: Person;
}

/** What a report of a test says; the rest is filled in. */
export interface TestReport {
  job_key: string;
  title?: string;
  state?: 'success' | 'failed';
  message?: string;
  finished_at?: string;
  duration_ms?: number;
  tool_id?: string;
  host?: string;
  log?: { head: string; tail?: string; cut_characters?: number };
}

const withoutSession = { auth: { persistSession: false, autoRefreshToken: false } };

function clientOf(portal: PortalFacts, key: 'SUPABASE_SECRET_KEY' | 'NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY') {
  const { NEXT_PUBLIC_SUPABASE_URL: url = '', [key]: apiKey = '' } = portal.secrets;
  return createClient<Database>(url, apiKey, withoutSession);
}

/** The client that row level security does not hold, for arranging only. */
export function serviceOf(portal: PortalFacts): SupabaseClient<Database> {
  return clientOf(portal, 'SUPABASE_SECRET_KEY');
}

/** Signs in without a browser. The cookies are those that the portal's own sign-in sets. */
export async function startSession(
  portal: PortalFacts,
  person: { email: string; password: string },
): Promise<SessionState> {
  const cookies = new Map<string, string>();
  const { NEXT_PUBLIC_SUPABASE_URL: url = '', NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: key = '' } =
    portal.secrets;
  const client = createServerClient<Database>(url, key, {
    cookies: {
      getAll: () => [...cookies].map(([name, value]) => ({ name, value })),
      setAll: (given) => given.forEach(({ name, value }) => cookies.set(name, value)),
    },
  });
  const { error } = await client.auth.signInWithPassword(person);
  if (error) throw error;
  return {
    cookies: [...cookies].map(([name, value]) => ({
      name,
      value,
      domain: new URL(portal.url).hostname,
      path: '/',
      expires: Math.floor(Date.now() / 1_000) + 86_400,
      httpOnly: false,
      secure: false,
      sameSite: 'Lax',
    })),
    origins: [],
  };
}

/** Makes a person who is a member. */
export async function addPerson(
  portal: PortalFacts,
  tenantId: string,
  role: Role,
  displayName = '',
): Promise<Person> {
  const email = `${role}-${randomUUID().slice(0, 8)}@example.com`;
  const password = `password-${randomUUID()}`;
  const signUp = await clientOf(portal, 'NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY').auth.signUp({
    email,
    password,
  });
  if (signUp.error || !signUp.data.user) throw signUp.error ?? new Error('Sign-up gave no user');
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

/** Makes a company with an admin and a staff member. */
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

/** Records reports of a company straight in the database, for which the portal has no address of its own. */
export async function recordReports(
  portal: PortalFacts,
  tenantId: string,
  reports: TestReport[],
): Promise<void> {
  const service = serviceOf(portal);
  const now = new Date().toISOString();
  for (let from = 0; from < reports.length; from += 500) {
    const batch = reports.slice(from, from + 500).map(({ ...report }, position) => ({
      position,
      tenant_id: tenantId,
      kind: 'finish',
      title: report.job_key,
      state: 'success',
      finished_at: now,
      report_key: `run:${randomUUID()}`,
      ...report,
    }));
    await service.rpc('record_reports', { p_reports: batch }).throwOnError();
  }
}

/** Ids of a company's jobs by key. */
export async function findJobIds(
  portal: PortalFacts,
  tenantId: string,
  keys: string[],
): Promise<Map<string, string>> {
  const { data } = await serviceOf(portal)
    .from('jobs')
    .select('id, job_key')
    .eq('tenant_id', tenantId)
    .in('job_key', keys)
    .throwOnError();
  return new Map(data.map((job) => [job.job_key, job.id]));
}
