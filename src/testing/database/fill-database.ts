import { createApiKeyClient, createServiceClient } from '#data/clients/service.ts';
import { createStatelessClient } from '#data/clients/stateless.ts';
import { declarePlugin, notePluginHealth } from '#data/plugin-row.ts';
import type { Reporter } from '#data/reports.ts';
import { claimRuns } from '#data/run-queue.ts';
import { unwrap, unwrapMaybe } from '#data/unwrap.ts';
import { say } from '#domain/portal-messages.ts';
import type { FinishReport } from '#domain/report.ts';
import { createApiKey } from '#features/api-keys/create-api-key.ts';
import { revokeApiKey } from '#features/api-keys/revoke-api-key.ts';
import { rotateApiKey } from '#features/api-keys/rotate-api-key.ts';
import { createRunExecutor } from '#features/execution/create-run-executor.ts';
import { noteWorkerHeartbeat } from '#features/execution/reap-lost-runs.ts';
import type { RunExecutor } from '#features/execution/run-executor.ts';
import { lockExpectation } from '#features/jobs/lock-expectation.ts';
import type { AdminActor } from '#auth/actor.ts';
import { type CurrentMember, readCurrentMember } from '#auth/current-member.ts';
import { changePlugin } from '#features/plugins/change-plugin.ts';
import { createPluginJob } from '#features/plugins/create-plugin-job.ts';
import { readManifest } from '#features/plugins/read-manifest.ts';
import { setJobSecret } from '#features/plugins/set-job-secret.ts';
import { syncBuiltInPlugins } from '#features/plugins/sync-built-in-plugins.ts';
import { recordReport } from '#features/reports/record-report.ts';
import { parseJobReport, parseJobStart } from '#features/reports/parse-report.ts';
import { cancelRun } from '#features/runs/cancel-run.ts';
import { rerunRun } from '#features/runs/rerun-run.ts';
import { startRun } from '#features/runs/start-run.ts';
import { runTick } from '#features/scheduler/run-tick.ts';
import { saveSchedule } from '#features/scheduler/save-schedule.ts';
import { setJobEnabled } from '#features/scheduler/set-job-enabled.ts';
import { setSchedulerEnabled } from '#features/scheduler/set-scheduler-enabled.ts';
import { renameMyself } from '#features/session/rename-myself.ts';
import { joinAsNewPerson } from '#features/members/accept-invitation.ts';
import { changeMemberRole } from '#features/members/change-member-role.ts';
import { createFirstTenant } from '#features/tenants/create-first-tenant.ts';
import { inviteMember } from '#features/members/invite-member.ts';
import { listPendingInvitations } from '#features/members/queries.ts';
import { revokeInvitation } from '#features/members/revoke-invitation.ts';
import { addTool } from '#features/tools/add-tool.ts';
import { changeTool } from '#features/tools/change-tool.ts';
import { type BuiltInPlugin, failed, type PluginHandlers, snoozed, success } from '#plugins/contract.ts';
import { until } from '#testing/until.ts';

/** The accounts of the filled database. */
export const filledAdmin = { email: 'admin@example.com', password: 'a-password-of-nobody' };

const minute = 60_000;
const day = 24 * 60 * minute;

const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_resolve, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
  );

// One job for each way in which an attempt can finish.
const handlers: PluginHandlers = {
  succeed: async ({ log, progress, cursor, secrets }) => {
    log(`begins with ${secrets.token ?? 'no token'}`);
    progress({ done: 1, total: 2, note: '半分' });
    const next = String(Number(cursor ?? 0) + 1);
    return success({ message: '完了', eventsProcessed: 3, result: { seen: [1, '二'] }, cursor: next });
  },
  fail: async ({ log }) => {
    log('before it fails');
    return failed(new Error('no answer'));
  },
  snooze: async () => snoozed(3_600),
  wait: async ({ signal }) => untilAborted(signal),
  'take-too-long': async ({ signal }) => untilAborted(signal),
  lose: async () => success(),
};

const manifest = {
  id: 'filling',
  name: { ja: '例', en: 'Example' },
  version: '1.0.0',
  jobs: [
    {
      name: 'succeed',
      title: { ja: '取り込み', en: 'Import' },
      cursor: true,
      payload: { type: 'object', properties: { limit: { type: 'integer', title: 'Limit', default: 10 } } },
    },
    { name: 'fail', retry: { maxAttempts: 2, backoffSec: 0, maxBackoffSec: 0 } },
    { name: 'snooze' },
    { name: 'wait' },
    { name: 'take-too-long', timeoutSec: 1, retry: { maxAttempts: 1 } },
    { name: 'lose', retry: { maxAttempts: 1 }, concurrency: 5 },
  ],
};

const plugins: Record<string, BuiltInPlugin> = {
  filling: { manifest: async () => ({ default: manifest }), load: async () => ({ handlers }) },
};

const service = () => createServiceClient();

async function signIn(person: { email: string; password: string }): Promise<CurrentMember & AdminActor> {
  const client = createStatelessClient();
  const { error } = await client.auth.signInWithPassword(person);
  if (error) throw error;
  const member = await readCurrentMember(client);
  return { ...member, role: 'admin' };
}

/** Invites people: one joins, one invitation stays open, one is revoked. Every rate limit then has a row. */
async function addPeople(admin: CurrentMember & AdminActor): Promise<void> {
  const join = async (email: string, displayName: string) => {
    const { token } = await inviteMember(admin, { email, role: 'staff' });
    const client = createStatelessClient();
    const newPassword = filledAdmin.password;
    await joinAsNewPerson({ client, token, clientAddress: '192.0.2.1', displayName, newPassword });
    return (await client.auth.getUser()).data.user?.id ?? '';
  };
  await join('staff@example.com', '田中');
  await changeMemberRole(admin, { userId: await join('second@example.com', ''), role: 'admin' });
  await inviteMember(admin, { email: 'open@example.com', role: 'admin' });
  await inviteMember(admin, { email: 'revoked@example.com', role: 'staff' });
  const { open } = await listPendingInvitations(admin);
  await revokeInvitation(admin, open.find(({ email }) => email === 'revoked@example.com')?.id ?? '');
  await renameMyself(admin, '管理者');
}

/** Sends reports for three days: by key and by secret, finished and only started, with and without an expectation. */
async function report(admin: CurrentMember & AdminActor, toolId: string, apiKeyId: string): Promise<void> {
  const byKey: Reporter = { tenantId: admin.tenantId, apiKeyId };
  const bySecret: Reporter = { tenantId: null, apiKeyId: null };
  const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
  const finish = (body: object, reporter = byKey, log: FinishReport['log'] = null) => {
    const { report } = parseJobReport(
      { job_key: 'stock', title: '在庫数同期', status: 'success', ...body },
      { idempotencyKey: null, secrets: [], now: new Date(), timeZone: 'Asia/Tokyo' },
    );
    return recordReport({ ...report, log }, reporter, 1_000);
  };
  const schedule = {
    type: 'cron',
    expression: '0 6 * * *',
    timezone: 'Asia/Tokyo',
    late_tolerance_seconds: 600,
  };
  await finish({ finished_at: ago(2 * day), duration_ms: 4_000, tool_id: toolId, schedule });
  await finish({ finished_at: ago(day), host: 'BATCH-01', metrics: { rows: 12 }, exit_code: 0 });
  const renamed = { title: '在庫数の同期', status: 'error', message: 'HTTP 503', exit_code: 1 };
  const cutLog = { head: 'begins\n', tail: 'ends\n', cutCharacters: 70_000 };
  await finish({ finished_at: ago(minute), ...renamed }, bySecret, cutLog);
  await finish({
    job_key: 'invoice',
    title: 'Invoices',
    finished_at: ago(day),
    schedule: { type: 'interval', seconds: 3_600 },
  });
  const start = (run_id: string) =>
    recordReport(
      parseJobStart(
        { job_key: 'invoice', title: 'Invoices', run_id, started_at: ago(2 * minute) },
        { now: new Date(), timeZone: 'Asia/Tokyo', secrets: [] },
      ).report,
      byKey,
      1_000,
    );
  await start('ended');
  await finish({ job_key: 'invoice', title: 'Invoices', run_id: 'ended', finished_at: ago(minute) });
  await start('under way');
}

const stateOf = async (runId: string) =>
  unwrap(await service().from('runs').select('state').eq('id', runId).single()).state;

const untilState = (runId: string, state: string) =>
  until(
    () => stateOf(runId),
    (found) => found === state,
  );

function startExecutor(): RunExecutor {
  const settings = { concurrency: 10, leaseSeconds: 30, heartbeatMs: 10_000, pollMs: 20, idlePollMs: 20 };
  const executor = createRunExecutor(
    { workerId: 'worker-1', publicUrl: 'http://127.0.0.1:1', ...settings },
    { allowedCommands: [], allowedHosts: [], commandEnvironment: {} },
    plugins,
  );
  executor.start();
  return executor;
}

/** Creates every decision that a tick can make, an hour ago. */
async function tick(
  admin: AdminActor,
  jobOf: (name: string, title: string) => Promise<string>,
): Promise<void> {
  const base = Date.now() - 60 * minute;
  const at = (minutes: number) => new Date(base + minutes * minute);
  const minutely = { type: 'cron', expression: '* * * * *', timeZone: 'Asia/Tokyo' };
  const plan = async (title: string, schedule: object, policies: object) => {
    const jobId = await jobOf('succeed', title);
    await saveSchedule(admin, { jobId, schedule, policies }, at(0));
    return jobId;
  };
  const blackout = { type: 'one_off', startsAt: at(0).toISOString(), endsAt: at(20).toISOString() };
  await plan('skips overlaps', minutely, { overlap: 'skip' });
  await plan(
    'queues',
    { type: 'interval', seconds: 60 },
    { overlap: 'queue', misfire: 'all', misfireLimit: 3 },
  );
  await plan('cancels', minutely, { overlap: 'cancel_previous', spreadSeconds: 10 });
  await plan(
    'allows',
    { type: 'interval', seconds: 300 },
    { overlap: 'allow', misfire: 'skip', blackouts: [blackout] },
  );
  await plan('once', { type: 'one_shot', at: at(2).toISOString() }, {});
  const switched = await plan('switched', minutely, {});
  // No tick runs for a while, so instants are missed.
  for (const minutes of [1, 2, 3, 20]) await runTick({ now: at(minutes) });
  await setJobEnabled(admin, { jobId: switched, isEnabled: false });
  await setSchedulerEnabled(admin, { isEnabled: false });
  await runTick({ now: at(21) });
  await setSchedulerEnabled(admin, { isEnabled: true });
  await setJobEnabled(admin, { jobId: switched, isEnabled: true });
  await runTick({ now: at(40) });
  await setJobEnabled(admin, { jobId: switched, isEnabled: false });
}

/** Creates a run on each queue that no worker can finish, so that its message is archived. */
async function loseRuns(admin: AdminActor, jobId: string): Promise<void> {
  const now = new Date();
  const { runId } = await startRun(admin, jobId);
  await saveSchedule(
    admin,
    {
      jobId,
      schedule: { type: 'one_shot', at: new Date(now.getTime() - minute) },
      policies: { overlap: 'allow' },
    },
    now,
  );
  await runTick();
  const claimed = { workerId: 'lost', quantity: 10, leaseSeconds: 0 };
  for (let attempt = 1; attempt <= 4; attempt += 1)
    await claimRuns(service(), claimed, AbortSignal.timeout(10_000));
  await untilState(runId, 'failed');
}

/**
 * Uses the portal like users, scripts, schedulers and workers do, until each table has rows of each kind. The
 * environment names the Supabase.
 */
export async function fillDatabase(): Promise<void> {
  await createFirstTenant({ name: '株式会社サンプル', ...filledAdmin });
  const admin = await signIn(filledAdmin);
  await addPeople(admin);

  const { id: toolId } = await addTool(admin, { name: '在庫管理', description: '', url: null });
  await changeTool(admin, toolId, {
    name: '在庫管理',
    description: '店舗と倉庫',
    url: 'https://example.com/',
  });
  const reportKey = await createApiKey(admin, { name: 'BATCH-01', scopes: ['report'], expiryDays: null });
  const oldKey = await createApiKey(admin, { name: 'old', scopes: ['read'], expiryDays: 30 });
  await rotateApiKey(admin, { apiKeyId: oldKey.id, overlapDays: 1 });
  const revoked = await createApiKey(admin, { name: 'revoked', scopes: ['report'], expiryDays: 1 });
  await revokeApiKey(admin, revoked.id);
  const adminKey = await createApiKey(admin, { name: 'deploy', scopes: ['admin'], expiryDays: null });
  const program: AdminActor = {
    client: createApiKeyClient(adminKey.id),
    tenantId: admin.tenantId,
    role: 'admin',
    timeZone: 'Asia/Tokyo',
    userId: null,
    apiKeyId: adminKey.id,
  };

  await report(admin, toolId, reportKey.id);
  const { id: lockedId } = unwrap(await service().from('jobs').select('id').eq('job_key', 'stock').single());
  await lockExpectation(admin, { jobId: lockedId, isLocked: true });

  await syncBuiltInPlugins({ now: new Date() });
  const declare = (written: object) => {
    const read = readManifest(written, { now: new Date(), defaultTimeZone: 'Asia/Tokyo' });
    return declarePlugin(admin.client, admin.tenantId, read);
  };
  const pluginId = await declare(manifest);
  for (const [id, health] of [
    ['well', 'healthy'],
    ['ill', 'unhealthy'],
  ] as const) {
    const remote = { kind: 'remote', id, name: id, version: '1.0.0', baseUrl: `https://${id}.example.com` };
    const remoteId = await declare({
      ...remote,
      jobs: [{ name: 'sync', route: '/sync', cron: '0 6 * * *' }],
    });
    const secret = { p_plugin_id: remoteId, p_signing_secret: 'a-secret-that-signs-calls-of-nobody' };
    unwrapMaybe(await admin.client.rpc('set_plugin_secret', secret));
    await notePluginHealth(
      service(),
      remoteId,
      health,
      say('remote.healthAnswered', { status: health === 'healthy' ? 200 : 503 }),
    );
  }
  await changePlugin(program, pluginId, { concurrencyLimit: 20 });

  let count = 0;
  const jobOf = async (jobName: string, title = jobName) => {
    count += 1;
    return (await createPluginJob(admin, { pluginId, jobName, jobKey: `${jobName}-${count}`, title })).jobId;
  };
  await loseRuns(admin, await jobOf('lose'));
  const succeeding = await jobOf('succeed');
  await setJobSecret(admin, succeeding, { name: 'token', value: 'a-secret-of-nobody' });
  const { runId: unwanted } = await startRun(admin, succeeding);
  await cancelRun(admin, unwanted);
  await tick(admin, jobOf);

  const executor = startExecutor();
  const run = async (jobId: string) => (await startRun(admin, jobId)).runId;
  await untilState(await run(succeeding), 'success');
  await untilState(
    (await startRun(program, succeeding, { payload: { limit: 5 }, cursor: '0' })).runId,
    'success',
  );
  const failing = await run(await jobOf('fail'));
  await untilState(failing, 'failed');
  await untilState((await rerunRun(admin, failing)).runId, 'failed');
  await untilState(await run(await jobOf('take-too-long')), 'failed');
  const canceled = await run(await jobOf('wait'));
  await untilState(canceled, 'running');
  await cancelRun(admin, canceled);
  await untilState(canceled, 'canceled');
  await run(await jobOf('snooze'));
  await until(
    async () => {
      const runs = service().from('runs').select('snooze_count, jobs(title)').neq('trigger', 'report');
      return unwrap(await runs.in('state', ['pending', 'running']));
    },
    (unfinished) => unfinished.length === 1 && unfinished[0]?.snooze_count === 1,
  );
  const released = await run(await jobOf('wait'));
  await untilState(released, 'running');
  await executor.stop(0);

  await run(await jobOf('lose'));
  await claimRuns(
    service(),
    { workerId: 'worker-2', quantity: 2, leaseSeconds: 3_600 },
    AbortSignal.timeout(10_000),
  );
  await run(await jobOf('succeed'));
  await noteWorkerHeartbeat('worker-1', { running: 0 });
  const waiting = { jobId: await jobOf('succeed'), schedule: { type: 'one_shot', at: new Date() } };
  await saveSchedule(admin, waiting);
  await runTick();
}
