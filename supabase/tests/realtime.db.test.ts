import { describe, expect, it } from 'vitest';
import postgres, { type TransactionSql } from 'postgres';
import { readDefinition } from '#testing/database/definitions.ts';
import { ownSupabase } from '#testing/database/own-supabase.ts';
import { makeTenant } from '#testing/tenants/make-tenant.ts';

// The parts of a hosted project's schema `realtime` that our definition uses, with the same signatures.
const realtime = `
  create schema realtime;
  grant usage on schema realtime to authenticated, postgres;
  create table realtime.messages (topic text, extension text, event text, payload jsonb, private boolean);
  alter table realtime.messages enable row level security;
  grant select on realtime.messages to authenticated;
  grant insert on realtime.messages to postgres;
  create function realtime.topic() returns text language sql stable as $$ select current_setting('realtime.topic', true) $$;
  create function realtime.send(payload jsonb, event text, topic text, private boolean default true) returns void
    language sql as $$ insert into realtime.messages values (topic, 'broadcast', event, payload, private) $$;
`;

class Undo extends Error {}

/** Does the work in a database with Realtime, then removes it again. */
async function withRealtime(work: (sql: TransactionSql) => Promise<void>): Promise<void> {
  const owner = postgres(ownSupabase.superuserUrl, { max: 1, onnotice: () => {} });
  try {
    await owner.begin(async (sql) => {
      await sql.unsafe(realtime);
      await sql.unsafe(readDefinition('realtime/messages.sql'));
      await work(sql);
      throw new Undo();
    });
  } catch (error) {
    if (!(error instanceof Undo)) throw error;
  } finally {
    await owner.end();
  }
}

const report = (tenantId: string, jobKey: string) => [
  { tenant_id: tenantId, job_key: jobKey, title: jobKey },
];

describe('a project with Supabase Realtime', () => {
  it('tells each company of its changes, once per transaction and without saying what changed', async () => {
    const [tenant, other] = await Promise.all([makeTenant(), makeTenant()]);
    await withRealtime(async (sql) => {
      for (const { id } of [tenant, other]) {
        const [job] = await sql`insert into public.jobs ${sql(report(id, 'nightly'))} returning id`;
        await sql`
          insert into public.runs (tenant_id, job_id, trigger, state, started_at, ordered_at)
          values (${id}, ${String(job?.id)}, 'report', 'running', now(), now())`;
      }
      await sql`insert into public.tools (tenant_id, name) values (${tenant.id}, 'a tool')`;
      const sent = await sql`select topic, event, payload, private from realtime.messages order by topic`;
      const expected = [tenant.id, other.id]
        .sort()
        .map((id) => ({ topic: `tenant:${id}`, event: 'changed', payload: {}, private: true }));
      expect([...sent]).toEqual(expected);
    });
  });

  it('lets members receive only the messages of their own company', async () => {
    const [tenant, other] = await Promise.all([makeTenant(), makeTenant()]);
    await withRealtime(async (sql) => {
      await sql`select realtime.send('{}', 'changed', ${`tenant:${tenant.id}`}), realtime.send('{}', 'changed', ${`tenant:${other.id}`})`;
      const heard = async (topic: string) => {
        await sql`select set_config('realtime.topic', ${topic}, true)`;
        return (await sql`select 1 from realtime.messages`).length > 0;
      };
      await sql`
        select set_config('request.jwt.claims', ${JSON.stringify({ sub: tenant.staff.id, role: 'authenticated' })}, true),
          set_config('request.jwt.claim.sub', ${tenant.staff.id}, true), set_config('role', 'authenticated', true)`;
      expect(await heard(`tenant:${tenant.id}`)).toBe(true);
      expect(await heard(`tenant:${other.id}`)).toBe(false);
      await sql`select set_config('role', 'none', true)`;
    });
  });
});
