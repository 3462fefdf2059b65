import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sql } from '#testing/database/clients.ts';
import { CommandPrograms } from '#testing/plugins/command-programs.ts';
import { makeCommandJob } from '#testing/plugins/make-command-job.ts';
import { startWorker, stopWorkers } from '#testing/processes/start-worker.ts';
import { forgetRuns } from '#testing/runs/forget-runs.ts';
import { readTestAttempts, readTestRun, untilRunState } from '#testing/runs/read-run.ts';
import { enqueueTestRuns, startTestRun } from '#testing/runs/start-runs.ts';
import { makeTenant, type TestTenant } from '#testing/tenants/make-tenant.ts';
import { until } from '#testing/until.ts';

const programs = new CommandPrograms();
const sleeper = () => programs.writeSleeper();
let tenant: TestTenant;

beforeAll(async () => {
  tenant = await makeTenant();
  await forgetRuns();
});

afterEach(async () => {
  await stopWorkers();
  await forgetRuns();
});

afterAll(() => programs.delete());

describe('a real worker [rule 24: leases]', () => {
  it('loses all its runs to another worker when it is killed', async () => {
    const { allowlist, ...command } = programs.write('wait.mjs', `setTimeout(() => {}, 600000);`);
    const jobId = await makeCommandJob(tenant.id, command, { maxAttempts: 1 });
    const ids = await enqueueTestRuns(tenant.id, jobId, 8);
    await sql`update public.runs set payload = ${sql.json({ program: command.program, arguments: command.args })} where id = any (${ids})`;
    const environment = {
      TC_PORTAL_COMMAND_ALLOWLIST: allowlist,
      WORKER_LEASE_SECONDS: '6',
      WORKER_CONCURRENCY: '50',
    };
    const first = await startWorker(environment);
    const runningOn = (worker: { id: string }) =>
      sql`select 1 from public.runs where id = any (${ids}) and state = 'running' and worker_id = ${worker.id}`;
    await until(
      () => runningOn(first),
      (rows) => rows.length === 8,
    );
    const second = await startWorker(environment);
    first.process.kill('SIGKILL');
    await until(
      () => runningOn(second),
      (rows) => rows.length === 8,
    );
    expect(await readTestAttempts(ids[0]!)).toEqual(['lost', null]);
    await sql`select private.cancel_runs(${ids}::uuid[])`;
    await until(
      () => sql`select 1 from public.runs where id = any (${ids}) and state = 'canceled'`,
      (rows) => rows.length === 8,
    );
  });

  it('loses its run within 45 seconds with default settings when it is killed', async () => {
    const { allowlist, ...command } = sleeper();
    const environment = { TC_PORTAL_COMMAND_ALLOWLIST: allowlist };
    const first = await startWorker(environment);
    const runId = await startTestRun(await makeCommandJob(tenant.id, command));
    await untilRunState(runId, 'running');
    const second = await startWorker(environment);
    const killedAtMs = performance.now();
    first.process.kill('SIGKILL');
    await until(
      () => readTestRun(runId),
      (run) => run.worker_id === second.id && run.attempt === 2,
    );
    // The lease accounts for 30 seconds; the rest is for a slow machine.
    expect(performance.now() - killedAtMs).toBeLessThan(45_000);
  });
});
