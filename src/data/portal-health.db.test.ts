import { expect, it } from 'vitest';
import { noteHeartbeat } from '#data/run-queue.ts';
import { readPortalHealth } from '#data/portal-health.ts';
import { serviceClient, sql } from '#testing/database/clients.ts';
import { makePluginJob } from '#testing/plugins/make-plugin-job.ts';
import { forgetRuns } from '#testing/runs/forget-runs.ts';
import { enqueueTestRuns } from '#testing/runs/start-runs.ts';
import { makeTenant } from '#testing/tenants/make-tenant.ts';

it('counts waiting runs of all companies or of one, and returns the last tick and each worker', async () => {
  // Other files of tests have used this database.
  await forgetRuns();
  await sql`delete from private.heartbeats`;
  const [mine, other] = [await makeTenant(), await makeTenant()];
  for (const [tenant, count] of [
    [mine, 2],
    [other, 3],
  ] as const) {
    const { jobId } = await makePluginJob(tenant.id, { pluginKey: 'health', name: 'job' });
    await enqueueTestRuns(tenant.id, jobId, count);
  }
  await sql`
    update pgmq.q_runs set enqueued_at = now() - interval '90 seconds'
    where message ->> 'run_id' = (select id::text from public.runs where tenant_id = ${mine.id} limit 1)`;
  // This run waits for its next attempt, not for a worker.
  await sql`
    update public.runs set next_attempt_at = now() + interval '1 hour'
    where id = (select id from public.runs where tenant_id = ${other.id} limit 1)`;
  const service = serviceClient();
  await noteHeartbeat(service, 'scheduler', {});
  await noteHeartbeat(service, 'worker:host-1:7', {});

  const portal = await readPortalHealth(service);
  expect(portal).toMatchObject({
    queue: { waitingCount: 4, runningCount: 0, withoutWorkerCount: 0 },
    workers: [{ name: 'host-1:7', ageSeconds: expect.any(Number) }],
  });
  expect(Math.round(portal.queue.oldestWaitingSeconds / 10)).toBe(9);
  expect(Date.now() - Date.parse(portal.lastTickAt ?? '')).toBeLessThan(60_000);
  expect(portal.tickAgeSeconds).toBeLessThan(60);
  expect((await readPortalHealth(service, { tenantId: other.id })).queue.waitingCount).toBe(2);

  // A member sees the runs of their own company and whether a worker is alive, but not on which host.
  const { data: seen } = await mine.staff.client.rpc('read_portal_health');
  expect(seen).toMatchObject({ waiting_count: 2, workers: [{ name: null }] });
  const { data: foreign } = await mine.staff.client.rpc('read_portal_health', { p_tenant_id: other.id });
  expect(foreign).toMatchObject({ waiting_count: 0 });
});
