import { beforeEach, describe, expect, it } from 'vitest';
import { ForbiddenError, NotFoundError } from '#domain/errors.ts';
import { actAs } from '#testing/tenants/act-as.ts';
import { sql } from '#testing/database/clients.ts';
import { addMember, makePerson } from '#testing/tenants/make-person.ts';
import { makeTenant, type TestTenant } from '#testing/tenants/make-tenant.ts';
import { findWebhookSecret, readWebhookSecretState } from './find-webhook-secret.ts';

let first: TestTenant;
let later: TestTenant;

beforeEach(async () => {
  process.env.TC_PORTAL_WEBHOOK_SECRET = 'the-secret-of-the-environment';
  later = await makeTenant();
  const [oldest] = await sql<{ id: string; name: string }[]>`
    select id, name from public.tenants order by created_at, id limit 1`;
  const admin = await makePerson('first-admin');
  first = { id: oldest?.id ?? '', name: oldest?.name ?? '', admin, staff: later.staff };
  await addMember(first.id, admin, 'admin');
});

describe('findWebhookSecret', () => {
  it('returns the secret to admins of the company that it reports for', async () => {
    expect(await findWebhookSecret(actAs(first, first.admin))).toBe('the-secret-of-the-environment');
  });

  it('refuses other companies, and users who only claim to belong to the first one', async () => {
    const company = await makeTenant();
    await expect(findWebhookSecret(actAs(company, company.admin))).rejects.toThrow(ForbiddenError);
    await expect(findWebhookSecret(actAs(first, company.admin))).rejects.toThrow(ForbiddenError);
    expect(await readWebhookSecretState(actAs(company, company.admin))).toBe('not-theirs');
  });

  it('reports that no secret is set', async () => {
    delete process.env.TC_PORTAL_WEBHOOK_SECRET;
    expect(await readWebhookSecretState(actAs(first, first.admin))).toBe('not-configured');
    await expect(findWebhookSecret(actAs(first, first.admin))).rejects.toThrow(NotFoundError);
  });
});
