import { randomUUID } from 'node:crypto';
import postgres from 'postgres';
import { afterAll, expect, it } from 'vitest';
import { sql } from '#testing/database/clients.ts';
import { ownSupabase } from '#testing/database/own-supabase.ts';
import { makePluginJob } from '#testing/plugins/make-plugin-job.ts';
import { makeRun } from '#testing/runs/make-run.ts';
import { until } from '#testing/until.ts';
import { makeTenant } from '#testing/tenants/make-tenant.ts';

const finishing = postgres(ownSupabase.ownerUrl, { max: 1, onnotice: () => {} });
const writing = postgres(ownSupabase.ownerUrl, { max: 1, onnotice: () => {} });
afterAll(() => Promise.all([finishing.end(), writing.end()]));

it('a log that arrives late does not replace the one that its run finished with', async () => {
  const tenant = await makeTenant();
  const { jobId } = await makePluginJob(tenant.id, { pluginKey: 'a', name: 'logs' });
  const attemptToken = randomUUID();
  const runId = await makeRun(tenant.id, jobId, {
    trigger: 'manual',
    state: 'running',
    attempt: 1,
    attempt_token: attemptToken,
    lease_expires_at: new Date(Date.now() + 30_000),
  });
  const logs = JSON.stringify([{ run_id: runId, attempt_token: attemptToken, head: 'half of it' }]);

  let written: Promise<unknown> = Promise.resolve();
  await finishing.begin(async (transaction) => {
    await transaction`
      update public.runs set state = 'success', finished_at = now(), attempt_token = null, lease_expires_at = null
      where id = ${runId}`;
    await transaction`
      insert into public.run_logs (run_id, tenant_id, head, tail, cut_characters)
      values (${runId}, ${tenant.id}, 'all of it', '', 0)`;
    written = writing`select public.write_run_logs(${logs}::text::jsonb)`.then(() => {});
    await until(
      () =>
        sql`select from pg_stat_activity where wait_event_type = 'Lock' and query like '%write_run_logs%'`,
      ({ length }) => length > 0,
    );
  });
  await written;
  expect(await sql`select head from public.run_logs where run_id = ${runId}`).toEqual([
    { head: 'all of it' },
  ]);
});
