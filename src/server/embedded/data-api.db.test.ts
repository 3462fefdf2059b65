import { beforeAll, describe, expect, test } from 'vitest';
import { ownSupabase } from '#testing/database/own-supabase.ts';
import { createAnonClient, serviceClient, sql } from '#testing/database/clients.ts';
import { makePerson } from '#testing/tenants/make-person.ts';
import { makeTenant, type TestTenant } from '#testing/tenants/make-tenant.ts';

const { url, publishableKey, secretKey } = ownSupabase;

describe('the embedded Data API', () => {
  let tenant: TestTenant;

  beforeAll(async () => {
    tenant = await makeTenant();
  });

  test('refuses a request without a key instead of giving it the service role', async () => {
    const answer = await fetch(`${url}/rest/v1/tenants`);
    expect(answer.status).toBe(401);
  });

  test('reveals nothing about itself', async () => {
    for (const path of [
      '/_system/info',
      '/_system/config',
      '/_system/introspect',
      '/',
      '/storage/v1/bucket',
    ]) {
      const answer = await fetch(`${url}${path}`, { headers: { apikey: secretKey } });
      expect(answer.status, path).toBe(404);
    }
  });

  test('lets anon read only what was granted', async () => {
    const { data, error } = await createAnonClient().from('tenants').select('id');
    expect(data).toBeNull();
    expect(error?.code).toBe('42501');
  });

  test('grants nothing to anon by itself', async () => {
    const granted = await sql`
      select table_name, privilege_type from information_schema.role_table_grants
      where table_schema = 'public' and grantee = 'anon'`;
    expect(granted).toEqual([]);
  });

  test('lets the secret key bypass row level security', async () => {
    const { data } = await serviceClient().from('tenants').select('id').eq('id', tenant.id);
    expect(data).toEqual([{ id: tenant.id }]);
  });

  test('applies row level security to a signed-in user', async () => {
    const own = await tenant.staff.client.from('tenants').select('id');
    expect(own.data).toEqual([{ id: tenant.id }]);
    const stranger = await makePerson();
    const nothing = await stranger.client.from('tenants').select('id');
    expect(nothing.data).toEqual([]);
  });

  test('refuses a token signed with another secret, and a role that is not served', async () => {
    const session = await tenant.staff.client.auth.getSession();
    const [head, body] = session.data.session?.access_token.split('.') ?? [];
    const answer = await fetch(`${url}/rest/v1/tenants`, {
      headers: { apikey: publishableKey, Authorization: `Bearer ${head}.${body}.AAAA` },
    });
    expect(answer.status).toBe(401);
  });

  test('returns getClaims and getUser for a signed-in user', async () => {
    const claims = await tenant.admin.client.auth.getClaims();
    expect(claims.data?.claims.sub).toBe(tenant.admin.id);
    const user = await tenant.admin.client.auth.getUser();
    expect(user.data.user?.email).toBe(tenant.admin.email);
  });

  test('ends the other sessions of a user on request', async () => {
    const person = await makePerson();
    const other = createAnonClient();
    await other.auth.signInWithPassword({ email: person.email, password: person.password });
    expect((await person.client.auth.signOut({ scope: 'others' })).error).toBeNull();
    expect((await other.auth.refreshSession()).error).not.toBeNull();
    expect((await person.client.auth.refreshSession()).error).toBeNull();
  });

  test('explains that a text cannot contain NUL', async () => {
    const { error, status } = await serviceClient().from('tenants').insert({ name: 'a\u0000b' });
    expect(status).toBe(400);
    expect(error?.code).toMatch(/^22/);
  });

  test('returns the code that a function raised', async () => {
    const { error, status } = await tenant.admin.client
      .from('members')
      .delete()
      .eq('user_id', tenant.admin.id);
    expect(status).toBe(400);
    expect(error?.code).toBe('23514');
  });
});
