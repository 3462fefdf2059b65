import { randomUUID } from 'node:crypto';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { finishAttempts } from '#data/run-queue.ts';
import { say } from '#domain/portal-messages.ts';
import { createRunExecutor } from '#features/execution/create-run-executor.ts';
import { reapLostRuns } from './reap-lost-runs.ts';
import { ResultWriter } from '#features/execution/result-writer.ts';
import type { ExecutorSettings, RunExecutor } from '#features/execution/run-executor.ts';
import {
  type BuiltInPlugin,
  failed,
  NonRetryableError,
  type PluginHandlers,
  retryAfter,
  snoozed,
  success,
} from '#plugins/contract.ts';
import { serviceClient, sql } from '#testing/database/clients.ts';
import { makePluginJob, type TestPluginJob } from '#testing/plugins/make-plugin-job.ts';
import { forgetRuns } from '#testing/runs/forget-runs.ts';
import { readTestAttempts, readTestRun, untilRunState } from '#testing/runs/read-run.ts';
import { enqueueTestRuns, startTestRun } from '#testing/runs/start-runs.ts';
import { makeTenant, type TestTenant } from '#testing/tenants/make-tenant.ts';
import { until } from '#testing/until.ts';

let tenant: TestTenant;
const executors: RunExecutor[] = [];
const called: Record<string, number> = {};
let atOnce = 0;
let atOnceMax = 0;
const order: string[] = [];
let open: Promise<void> = Promise.resolve();
let letGo: () => void = () => {};

const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_resolve, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
  );

const handlers: PluginHandlers = {
  'tell-everything': async ({ log, progress, cursor }) => {
    log('one line');
    log('password=hunter2hunter2');
    progress({ done: 1, total: 2, note: 'half' });
    progress({ done: 2, total: 2, note: 'all' });
    const next = String(Number(cursor ?? 0) + 1);
    return success({ message: 'well done', eventsProcessed: 7, result: { a: [1, '二'] }, cursor: next });
  },
  'fail-for-good': async () => {
    throw new NonRetryableError('wrong setting');
  },
  'say-by-code': async ({ progress }) => {
    progress({ done: 1, note: say('run.noPlugin', { plugin: 'password=hunter2hunter2' }) });
    throw new NonRetryableError(say('run.noSecret', { name: 'password=hunter2hunter2' }));
  },
  'fail-twice': async ({ attempt }) => {
    if (attempt <= 2) throw new Error(`attempt ${attempt}`);
    return success({ cursor: 'after' });
  },
  'fail-always': async () => failed(new Error('no'), { cursor: 'never' }),
  'come-back-later': async () => retryAfter(1_000, new Error('busy')),
  'snooze-once': async ({ runId }) => {
    called[runId] = (called[runId] ?? 0) + 1;
    return called[runId] === 1 ? snoozed(1) : success();
  },
  'wait-for-abort': async ({ signal }) => untilAborted(signal),
  'ignore-abort': async () => {
    await open;
    return success({ message: 'late', cursor: 'late' });
  },
  'tell-hostile': async ({ log, progress }) => {
    log(hostile);
    progress({ done: 1, total: 2, note: hostile });
    return success({
      message: hostile,
      cursor: hostile,
      result: { [hostile]: [hostile, { deep: hostile }] },
    });
  },
  'tell-hostile-values': async ({ progress }) => {
    const said = say('run.noPlugin', { plugin: hostile });
    progress({ done: 1, total: 2, note: said });
    return success({ message: said });
  },
  'fail-hostile': async () => {
    throw Object.assign(new Error(hostile), { name: hostile, stack: hostile });
  },
  'wait-hostile': async () => retryAfter(1_000, hostile),
  wait: async ({ signal, runId }) => {
    order.push(runId);
    atOnce += 1;
    atOnceMax = Math.max(atOnceMax, atOnce);
    try {
      await Promise.race([open, untilAborted(signal)]);
    } finally {
      atOnce -= 1;
    }
    return success();
  },
  brief: async ({ runId }) => {
    order.push(runId);
    atOnce += 1;
    atOnceMax = Math.max(atOnceMax, atOnce);
    await new Promise((resolve) => setImmediate(resolve));
    atOnce -= 1;
    return success();
  },
  'talk-a-lot': async ({ log, progress }) => {
    for (let at = 0; at < 20_000; at += 1) {
      log(`line ${at}`);
      progress({ done: at, total: 20_000 });
    }
    await open;
    return success();
  },
};

const hostile = 'a\uD800\0\uDC00\uFFFF';

const jobs = Object.keys(handlers).map((name) => ({ name }));
const plugins: Record<string, BuiltInPlugin> = {
  testing: {
    manifest: async () => ({ default: { id: 'testing', name: 'Testing', version: '1.0.0', jobs } }),
    load: async () => ({ handlers }),
  },
};

function startExecutor(settings: Partial<ExecutorSettings> = {}): RunExecutor {
  const executor = createRunExecutor(
    {
      workerId: `test:${randomUUID()}`,
      concurrency: 10,
      leaseSeconds: 30,
      heartbeatMs: 10_000,
      pollMs: 20,
      idlePollMs: 20,
      publicUrl: 'http://127.0.0.1:1',
      ...settings,
    },
    { allowedCommands: [], allowedHosts: [], commandEnvironment: {} },
    plugins,
  );
  executors.push(executor);
  executor.start();
  return executor;
}

const createJob = (name: string, job: Partial<TestPluginJob> = {}) =>
  makePluginJob(tenant.id, { pluginKey: 'testing', name, ...job });

async function startJob(name: string, job: Partial<TestPluginJob> = {}): Promise<string> {
  return startTestRun((await createJob(name, job)).jobId);
}

const readJob = async (runId: string) => {
  const [row] = await sql<{ cursor: string | null; id: string }[]>`
    select j.* from public.jobs j join public.runs r on r.job_id = j.id where r.id = ${runId}`;
  return row!;
};

const countMessages = async (): Promise<number> => {
  const [row] = await sql<{ count: number }[]>`
    select (select count(*) from pgmq.q_runs)::int + (select count(*) from pgmq.q_runs_high)::int as count`;
  return row?.count ?? 0;
};

beforeAll(async () => {
  tenant = await makeTenant();
  await forgetRuns();
});

beforeEach(() => {
  ({ promise: open, resolve: letGo } = Promise.withResolvers<void>());
  order.length = 0;
  atOnceMax = 0;
});

afterEach(async () => {
  letGo();
  await Promise.all(executors.splice(0).map((executor) => executor.stop(2_000)));
  await forgetRuns();
});

describe('a run', () => {
  it('stores message, result, progress, events, log without secrets, and status when it succeeds', async () => {
    startExecutor();
    const runId = await startJob('tell-everything');
    const run = await untilRunState(runId, 'success');
    expect(run).toMatchObject({
      attempt: 1,
      message: 'well done',
      result: { a: [1, '二'] },
      progress: { done: 2, total: 2, note: 'all' },
      events_processed: 7,
      error: null,
    });
    const [log] = await sql`select * from public.run_logs where run_id = ${runId}`;
    expect(log).toMatchObject({ head: 'one line\npassword=[redacted]\n', tail: '' });
    const [status] = await sql`select * from public.job_status where job_id = ${(await readJob(runId)).id}`;
    expect(status).toMatchObject({ last_status: 'success', last_message: 'well done' });
    expect(await readTestAttempts(runId)).toEqual(['success']);
    expect(await until(countMessages, (count) => count === 0)).toBe(0);
  });

  it('stores the codes and values of its messages, without secrets [rule 46: texts as codes]', async () => {
    startExecutor();
    const runId = await startJob('say-by-code');
    const run = await untilRunState(runId, 'failed');
    const values = { name: 'password=[redacted]' };
    const text = 'The job has no secret named password=[redacted]';
    expect(run).toMatchObject({
      message: text,
      message_code: 'run.noSecret',
      message_values: values,
      error: { message: text, code: 'run.noSecret', values },
      progress: {
        note: 'This worker has no plugin password=[redacted]',
        code: 'run.noPlugin',
        values: { plugin: 'password=[redacted]' },
      },
    });
    const [attempt] = await sql`select error from public.run_attempts where run_id = ${runId}`;
    expect(attempt).toMatchObject({ error: { code: 'run.noSecret', values } });
    const [status] = await sql`select * from public.job_status where job_id = ${(await readJob(runId)).id}`;
    expect(status).toMatchObject({
      last_message: text,
      last_message_code: 'run.noSecret',
      last_message_values: values,
    });
  });

  it.each([
    ['tell-hostile', 'success'],
    ['tell-hostile-values', 'success'],
    ['fail-hostile', 'failed'],
    ['wait-hostile', 'failed'],
  ])(
    'of a plugin that writes what no database can store ends as its plugin says: %s',
    async (name, state) => {
      startExecutor();
      const runId = await startJob(name);
      const run = await untilRunState(runId, 'success', 'failed');
      expect([run.state, run.error?.name]).not.toContain('ResultRefusedError');
      expect(run.state).toBe(state);
      expect(JSON.stringify(run)).not.toMatch(/\\ud8|\\u0000/);
    },
  );

  it('stores no code for text that a plugin wrote', async () => {
    startExecutor();
    const run = await untilRunState(await startJob('fail-for-good'), 'failed');
    expect(run).toMatchObject({ message: 'wrong setting', message_code: null, message_values: null });
    expect(run.error).toEqual({ name: 'NonRetryableError', message: 'wrong setting' });
  });

  it('writes the cursor with the success, and reads it before the next run [rule 28: cursor]', async () => {
    startExecutor();
    const { jobId } = await createJob('tell-everything');
    await untilRunState(await startTestRun(jobId), 'success');
    const second = await untilRunState(await startTestRun(jobId), 'success');
    expect(second).toMatchObject({ cursor_before: '1', cursor_after: '2' });
    const rows =
      await sql`select id from public.audit_log where subject_id = ${jobId} and action = 'jobs.update'`;
    expect(rows).toEqual([]);
  });

  it('does not move the cursor when it fails [rule 28: cursor]', async () => {
    startExecutor();
    const runId = await startJob('fail-always');
    await untilRunState(runId, 'failed');
    expect((await readJob(runId)).cursor).toBeNull();
  });

  it.each(['from-here', null])(
    'leaves the cursor of the job where it is when it starts from %j instead [rule 28: cursor]',
    async (cursor) => {
      startExecutor();
      const { jobId } = await createJob('fail-twice', { maxAttempts: 3 });
      await sql`update public.jobs set cursor = 'stored' where id = ${jobId}`;
      const runId = await startTestRun(jobId, { p_has_cursor: true, p_cursor: cursor as string });
      const run = await untilRunState(runId, 'success', 'failed');
      expect(run).toMatchObject({ state: 'success', cursor_before: cursor ?? '', cursor_after: 'after' });
      expect((await readJob(runId)).cursor).toBe('stored');
      const next = await untilRunState(await startTestRun(jobId), 'success', 'failed');
      expect(next).toMatchObject({ cursor_before: 'stored', cursor_after: 'after' });
      expect((await readJob(runId)).cursor).toBe('after');
    },
  );

  it('is tried again after a failure, and succeeds [rule 25: time-out and retry]', async () => {
    startExecutor();
    const runId = await startJob('fail-twice', { maxAttempts: 3 });
    const run = await untilRunState(runId, 'success', 'failed');
    expect(run).toMatchObject({ state: 'success', attempt: 3, error: null });
    expect(await readTestAttempts(runId)).toEqual(['retry', 'retry', 'success']);
    expect((await readJob(runId)).cursor).toBe('after');
  });

  it('fails after its last attempt, and its job status is an error [rule 25: time-out and retry]', async () => {
    startExecutor();
    const runId = await startJob('fail-always', { maxAttempts: 2 });
    const run = await untilRunState(runId, 'failed');
    expect(run).toMatchObject({ attempt: 2, error: { name: 'Error', message: 'no' } });
    const [status] = await sql`select * from public.job_status where job_id = ${(await readJob(runId)).id}`;
    expect(status).toMatchObject({ last_status: 'error', last_message: 'no' });
  });

  it('is not tried again after a non-retryable error [rule 25: time-out and retry]', async () => {
    startExecutor();
    const run = await untilRunState(await startJob('fail-for-good', { maxAttempts: 5 }), 'failed');
    expect(run).toMatchObject({ attempt: 1, error: { name: 'NonRetryableError', message: 'wrong setting' } });
  });

  it('waits as long as Retry-After says [rule 25: time-out and retry]', async () => {
    startExecutor();
    const runId = await startJob('come-back-later', { maxAttempts: 3 });
    const run = await until(
      () => readTestRun(runId),
      ({ state, next_attempt_at }) => state === 'pending' && next_attempt_at !== null,
    );
    const waitMs = (run.next_attempt_at?.getTime() ?? 0) - Date.now();
    expect(waitMs).toBeGreaterThan(900_000);
    expect(waitMs).toBeLessThan(1_070_000);
    // It has no message until then.
    expect(run.queue_message_id).toBeNull();
    expect(await countMessages()).toBe(0);
  });

  it('a snooze does not use up an attempt', async () => {
    startExecutor();
    const runId = await startJob('snooze-once', { maxAttempts: 1 });
    const run = await untilRunState(runId, 'success', 'failed');
    expect(run).toMatchObject({ state: 'success', attempt: 1 });
    expect(await readTestAttempts(runId)).toEqual(['success']);
  });

  it('ends at its timeout and frees its slot, even if its handler ignores the signal [rule 25: time-out and retry]', async () => {
    startExecutor({ concurrency: 1 });
    const runId = await startJob('ignore-abort', { timeoutSeconds: 1 });
    const run = await untilRunState(runId, 'failed');
    expect(run.error?.name).toBe('AttemptTimeoutError');
    expect(await readTestAttempts(runId)).toEqual(['timed_out']);
    await untilRunState(await startJob('brief'), 'success');
    // The late result is dropped.
    letGo();
    await untilRunState(await startJob('brief'), 'success');
    expect(await readTestRun(runId)).toMatchObject({ state: 'failed', cursor_after: null });
  });

  it('shows the stack to admins, and only name and message to staff [rule 29: progress and errors]', async () => {
    startExecutor();
    const runId = await startJob('fail-always');
    const run = await untilRunState(runId, 'failed');
    expect(run.error).toEqual({ name: 'Error', message: 'no' });
    const asAdmin = await tenant.admin.client.from('run_error_stacks').select('stack').eq('run_id', runId);
    const asStaff = await tenant.staff.client.from('run_error_stacks').select('stack').eq('run_id', runId);
    expect(asAdmin.data?.[0]?.stack).toContain('Error: no');
    expect(asStaff.data).toEqual([]);
  });

  it('streams head and tail of its log, and progress at most once a second [rule 29: progress and errors]', async () => {
    const countUpdates = async (): Promise<number> =>
      (await sql`select n_tup_upd::int as updates from pg_stat_user_tables where relname = 'runs'`)[0]!
        .updates;
    const updatesBefore = await countUpdates();
    startExecutor();
    const runId = await startJob('talk-a-lot');
    const [log] = await until(
      () => sql`select * from public.run_logs where run_id = ${runId}`,
      (rows) => rows.length > 0,
    );
    expect(log!.head as string).toMatch(/^line 0\n/);
    expect(log!.tail as string).toMatch(/line 19999\n$/);
    expect((log!.head as string).length + (log!.tail as string).length).toBeLessThanOrEqual(64 * 1024);
    const run = await until(
      () => readTestRun(runId),
      ({ progress }) => progress?.done === 19_999,
    );
    expect(run.state).toBe('running');
    // One update for the claim and a few for progress, not one for each of 20,000 calls.
    expect((await countUpdates()) - updatesBefore).toBeLessThan(1_000);
    letGo();
    await untilRunState(runId, 'success');
  });
});

describe('[rule 26: cancel]', () => {
  const cancel = async (runId: string) => {
    const { data, error } = await serviceClient().rpc('cancel_run', { p_run_id: runId });
    if (error) throw error;
    return data;
  };

  it('ends a pending run at once and deletes it from the queue', async () => {
    const runId = await startJob('brief');
    expect(await cancel(runId)).toBe('canceled');
    expect(await countMessages()).toBe(0);
    const { jobId } = await createJob('brief');
    startExecutor();
    await untilRunState(await startTestRun(jobId), 'success');
    expect(order).not.toContain(runId);
    expect(await readTestRun(runId)).toMatchObject({ state: 'canceled', attempt: 0 });
  });

  it('reaches a running handler through its signal within 2 seconds, long before the next heartbeat', async () => {
    startExecutor({ leaseSeconds: 600, heartbeatMs: 300_000 });
    let fastestMs = Infinity;
    // A busy machine may be late once, not ten times.
    for (let round = 0; round < 10 && fastestMs >= 2_000; round += 1) {
      const runId = await startJob('wait-for-abort');
      await untilRunState(runId, 'running');
      const startedAtMs = performance.now();
      expect(await cancel(runId)).toBe('running');
      await untilRunState(runId, 'canceled');
      fastestMs = Math.min(fastestMs, performance.now() - startedAtMs);
      expect(await readTestAttempts(runId)).toEqual(['canceled']);
    }
    expect(fastestMs).toBeLessThan(2_000);
  });

  it('ends a handler that ignores it at its timeout', async () => {
    startExecutor();
    const runId = await startJob('ignore-abort', { timeoutSeconds: 3, maxAttempts: 5 });
    await untilRunState(runId, 'running');
    await cancel(runId);
    expect(await untilRunState(runId, 'canceled', 'failed', 'success')).toMatchObject({ state: 'canceled' });
  });

  it('is not undone by a retry at the same moment', async () => {
    const runId = await startJob('brief', { maxAttempts: 3 });
    const { data } = await serviceClient().rpc('claim_runs', { p_worker_id: 'test', p_quantity: 10 });
    const claimed = data?.find((row) => row.run_id === runId);
    await cancel(runId);
    await finishAttempts(
      serviceClient(),
      [
        {
          runId,
          attemptToken: claimed!.attempt_token,
          state: 'pending',
          attemptOutcome: 'retry',
          delaySeconds: 60,
        },
      ],
      AbortSignal.timeout(5_000),
    );
    expect(await readTestRun(runId)).toMatchObject({ state: 'canceled' });
  });
});

describe('[rule 27: concurrency limits]', () => {
  it('apply to a job across two workers, and lose no run', async () => {
    const { jobId } = await createJob('brief', { concurrencyLimit: 1 });
    const ids = await enqueueTestRuns(tenant.id, jobId, 20);
    startExecutor();
    startExecutor();
    await until(
      () => sql`select 1 from public.runs where id = any (${ids}) and state = 'success'`,
      (rows) => rows.length === 20,
    );
    expect(atOnceMax).toBe(1);
    // Which of the two workers gets the slot is random; both getting the same run would be a defect.
    expect(order.toSorted()).toEqual(ids.toSorted());
  });

  it('start the oldest run first', async () => {
    const { jobId } = await createJob('brief', { concurrencyLimit: 1 });
    const ids = await enqueueTestRuns(tenant.id, jobId, 20);
    startExecutor();
    for (const id of ids) await untilRunState(id, 'success');
    expect(order).toEqual(ids.toSorted());
  });

  it('apply to a plugin', async () => {
    const { jobId } = await createJob('brief', { pluginConcurrencyLimit: 2 });
    const other = await createJob('brief', { pluginConcurrencyLimit: 2 });
    const ids = [
      ...(await enqueueTestRuns(tenant.id, jobId, 10)),
      ...(await enqueueTestRuns(tenant.id, other.jobId, 10)),
    ];
    startExecutor();
    startExecutor();
    await until(
      () => sql`select 1 from public.runs where id = any (${ids}) and state = 'success'`,
      (rows) => rows.length === 20,
    );
    expect(atOnceMax).toBeLessThanOrEqual(2);
    await sql`update public.plugins set concurrency_limit = null where tenant_id = ${tenant.id}`;
  });

  it('apply to a worker', async () => {
    const { jobId } = await createJob('wait');
    const ids = await enqueueTestRuns(tenant.id, jobId, 12);
    startExecutor({ concurrency: 3 });
    await until(() => order.length === 3);
    letGo();
    for (const id of ids) await untilRunState(id, 'success');
    expect(atOnceMax).toBe(3);
  });

  it('do not block other jobs [rule 42: nobody stops others]', async () => {
    const { jobId } = await createJob('wait', { concurrencyLimit: 1 });
    await enqueueTestRuns(tenant.id, jobId, 50);
    const other = await createJob('brief');
    const [last] = await enqueueTestRuns(tenant.id, other.jobId, 1);
    startExecutor({ concurrency: 5 });
    await untilRunState(last!, 'success');
  });

  it('start runs that a person waits for before scheduled runs', async () => {
    const { jobId } = await createJob('brief');
    const scheduled = await enqueueTestRuns(tenant.id, jobId, 3);
    const byHand = await startTestRun(jobId);
    startExecutor({ concurrency: 1 });
    await until(() => order.length === 4);
    expect(order).toEqual([byHand, ...scheduled.toSorted()]);
  });
});

describe('[rule 24: leases]', () => {
  it('refuses the result of a lost lease', async () => {
    const runId = await startJob('brief');
    const claim = async (leaseSeconds: number) => {
      const { data } = await serviceClient().rpc('claim_runs', {
        p_worker_id: 'test',
        p_quantity: 10,
        p_lease_seconds: leaseSeconds,
      });
      return data?.find((row) => row.run_id === runId)?.attempt_token;
    };
    const first = await claim(1);
    const second = await until(() => claim(30));
    const end = (attemptToken: string) =>
      finishAttempts(
        serviceClient(),
        [{ runId, attemptToken, state: 'success', attemptOutcome: 'success', cursor: 'x' }],
        AbortSignal.timeout(5_000),
      );
    expect(await end(first!)).toEqual([]);
    expect(await readTestRun(runId)).toMatchObject({ state: 'running', attempt: 2 });
    expect(await end(second!)).toEqual([runId]);
    expect(await readTestAttempts(runId)).toEqual(['lost', 'success']);
  });

  it('aborts a handler that lost its run', async () => {
    startExecutor();
    const runId = await startJob('wait-for-abort');
    await untilRunState(runId, 'running');
    await sql`update public.runs set attempt_token = gen_random_uuid() where id = ${runId}`;
    await until(() => executors[0]!.counts.running === 0);
    expect(await readTestRun(runId)).toMatchObject({ state: 'running' });
  });

  it('keeps a lease alive by heartbeats for longer than its length', async () => {
    startExecutor({ leaseSeconds: 6, heartbeatMs: 600 });
    startExecutor({ leaseSeconds: 6, heartbeatMs: 600 });
    const runId = await startJob('wait');
    await untilRunState(runId, 'running');
    const [lease] =
      await sql`select lease_expires_at + interval '1 second' as later from public.runs where id = ${runId}`;
    await until(async () => (await sql`select 1 where now() > ${lease!.later as Date}`).length === 1);
    expect(await readTestRun(runId)).toMatchObject({ state: 'running', attempt: 1 });
    letGo();
    await untilRunState(runId, 'success');
    expect(order).toEqual([runId]);
  });

  it('returns a run to the queue when the worker stops, without using up its attempt', async () => {
    const executor = startExecutor();
    const runId = await startJob('wait-for-abort', { maxAttempts: 1 });
    await untilRunState(runId, 'running');
    await executor.stop(0);
    expect(await readTestRun(runId)).toMatchObject({ state: 'pending', attempt: 0, next_attempt_at: null });
    expect(await readTestAttempts(runId)).toEqual([]);
    startExecutor();
    await untilRunState(runId, 'running');
  });
});

describe('runs that wait while something is disabled [rule 22: switching off]', () => {
  const plugin = (pluginId: string, isOn: boolean) =>
    sql`update public.plugins set is_enabled = ${isOn} where id = ${pluginId}`;
  const off = (code: string) => ({
    state: 'canceled',
    attempt: 0,
    message_code: code,
    error: { name: 'SwitchedOff', code },
  });

  it('runs of a disabled plugin never start, whoever created them; they end canceled with the reason', async () => {
    const { jobId, pluginId } = await createJob('brief', { pluginKey: 'switched' });
    const other = await startJob('brief');
    const byHand = await startTestRun(jobId);
    const scheduled = await enqueueTestRuns(tenant.id, jobId, 25);
    await plugin(pluginId, false);
    startExecutor();
    for (const id of [byHand, ...scheduled]) await untilRunState(id, 'canceled');
    expect(await readTestRun(byHand)).toMatchObject(off('run.pluginOff'));
    expect(await readTestRun(scheduled[24]!)).toMatchObject(off('run.pluginOff'));
    await untilRunState(other, 'success');
    expect(await readTestAttempts(byHand)).toEqual([]);
    expect(await countMessages()).toBe(0);
    const [totals] = await sql`select canceled_count from public.run_stats_daily where job_id = ${jobId}`;
    expect(totals).toEqual({ canceled_count: 26 });
    const status = await sql`select 1 from public.job_status where job_id = ${jobId}`;
    expect(status).toEqual([]);
    await plugin(pluginId, true);
  });

  it('a run in progress continues, but gets no further attempt', async () => {
    const { jobId, pluginId } = await makePluginJob(tenant.id, { pluginKey: 'testing', name: 'wait' });
    const running = await startTestRun(jobId);
    const failing = await startJob('fail-always', { maxAttempts: 3, backoffSeconds: 3_600 });
    startExecutor();
    await untilRunState(running, 'running');
    await until(
      () => readTestRun(failing),
      ({ next_attempt_at }) => next_attempt_at !== null,
    );
    await plugin(pluginId, false);
    try {
      // Its next attempt is in an hour; the reaper ends the run now.
      expect(await reapLostRuns()).toEqual({ requeued: 0, finished: 1 });
      expect(await readTestRun(failing)).toMatchObject({ state: 'canceled', error: { name: 'SwitchedOff' } });
      expect(await readTestAttempts(failing)).toEqual(['retry']);
      letGo();
      await untilRunState(running, 'success');
    } finally {
      await plugin(pluginId, true);
    }
  });

  it('only runs that a person created start while the job is disabled or all schedules are stopped', async () => {
    const ofTenant = await makeTenant();
    const { jobId } = await makePluginJob(ofTenant.id, { pluginKey: 'testing', name: 'brief' });
    const enqueue = async () => {
      const [scheduled = ''] = await enqueueTestRuns(ofTenant.id, jobId, 1);
      return { scheduled, byHand: await startTestRun(jobId) };
    };
    const disabled = await enqueue();
    await sql`update public.jobs set is_enabled = false where id = ${jobId}`;
    startExecutor();
    await untilRunState(disabled.byHand, 'success');
    await untilRunState(disabled.scheduled, 'canceled', 'success');
    expect(await readTestRun(disabled.scheduled)).toMatchObject(off('run.jobOff'));

    await sql`update public.jobs set is_enabled = true where id = ${jobId}`;
    await sql`insert into public.scheduler_settings (tenant_id, is_enabled) values (${ofTenant.id}, false)`;
    const stopped = await enqueue();
    await untilRunState(stopped.byHand, 'success');
    await untilRunState(stopped.scheduled, 'canceled', 'success');
    expect(await readTestRun(stopped.scheduled)).toMatchObject(off('run.schedulesOff'));
  });

  it('a scheduled run that has started gets its next attempt even after its job was disabled', async () => {
    const { jobId } = await createJob('fail-twice', { maxAttempts: 3, backoffSeconds: 1 });
    const [id = ''] = await enqueueTestRuns(tenant.id, jobId, 1);
    startExecutor();
    await until(
      () => readTestRun(id),
      ({ attempt, state }) => attempt >= 1 && state === 'pending',
    );
    await sql`update public.jobs set is_enabled = false where id = ${jobId}`;
    await untilRunState(id, 'success');
  });
});

describe('an idle worker', () => {
  it('polls rarely, but at once when it is woken or one of its runs finishes', async () => {
    const claims = vi.spyOn(globalThis, 'fetch');
    const executor = startExecutor({ idlePollMs: 600_000, pollMs: 600_000 });
    // It polls once when it starts.
    await until(() =>
      claims.mock.settledResults.some(
        ({ type, value }) => type === 'fulfilled' && value.url.endsWith('/claim_runs'),
      ),
    );
    claims.mockRestore();
    const { jobId } = await createJob('wait', { concurrencyLimit: 1 });
    const [first, second] = [await startTestRun(jobId), await startTestRun(jobId)];
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect((await readTestRun(first)).state).toBe('pending');
    executor.wake();
    await untilRunState(first, 'running');
    letGo();
    await untilRunState(second, 'success');
  });

  it('polls often for a while after it had work', async () => {
    const executor = startExecutor({ idlePollMs: 600_000, pollMs: 20 });
    const first = await startJob('brief');
    executor.wake();
    await untilRunState(first, 'success');
    await untilRunState(await startJob('brief'), 'success');
  });
});

describe('[rule 30: poison]', () => {
  it('a run that kills every worker fails, and its message is archived', async () => {
    const runId = await startJob('brief', { maxAttempts: 2 });
    await until(async () => {
      await serviceClient().rpc('claim_runs', { p_worker_id: 'dies', p_quantity: 1, p_lease_seconds: 1 });
      return (await readTestRun(runId)).state === 'failed';
    });
    expect(await readTestRun(runId)).toMatchObject({
      attempt: 3,
      error: { name: 'WorkerLost', code: 'run.workerLost' },
    });
    expect(await readTestAttempts(runId)).toEqual(['lost', 'lost', 'lost']);
    expect(await countMessages()).toBe(0);
    const archived = await sql`select 1 from pgmq.a_runs_high where message ->> 'run_id' = ${runId}`;
    expect(archived).toHaveLength(1);
  });
});

describe('the reaper [rule 31: every run ends]', () => {
  it('queues a pending run again if its message is lost', async () => {
    const runId = await startJob('brief');
    await sql`select pgmq.purge_queue('runs_high')`;
    expect(await reapLostRuns()).toEqual({ requeued: 1, finished: 0 });
    expect(await reapLostRuns()).toEqual({ requeued: 0, finished: 0 });
    startExecutor();
    await untilRunState(runId, 'success');
  });

  it('queues a running run again if its worker and message are lost, and ends it after its last attempt', async () => {
    const runId = await startJob('brief', { maxAttempts: 1 });
    const lose = async () => {
      await serviceClient().rpc('claim_runs', { p_worker_id: 'dies', p_quantity: 1 });
      await sql`select pgmq.purge_queue('runs_high')`;
      await sql`update public.runs set lease_expires_at = now() - interval '2 minutes' where id = ${runId}`;
    };
    await lose();
    expect(await reapLostRuns()).toEqual({ requeued: 1, finished: 0 });
    await lose();
    expect(await reapLostRuns()).toEqual({ requeued: 0, finished: 1 });
    expect(await readTestRun(runId)).toMatchObject({ state: 'failed', error: { name: 'WorkerLost' } });
  });

  it('does not touch runs that a worker holds', async () => {
    startExecutor();
    const runId = await startJob('wait');
    await untilRunState(runId, 'running');
    await sql`select pgmq.purge_queue('runs_high')`;
    expect(await reapLostRuns()).toEqual({ requeued: 0, finished: 0 });
    letGo();
    await untilRunState(runId, 'success');
  });
});

describe('a batch', () => {
  it('a result that the database refuses fails only its own run', async () => {
    const { jobId } = await createJob('brief');
    const ids = await enqueueTestRuns(tenant.id, jobId, 10);
    const { data } = await serviceClient().rpc('claim_runs', { p_worker_id: 'test', p_quantity: 10 });
    const writer = new ResultWriter(serviceClient());
    const written = data!.map((row) =>
      writer.write(
        {
          runId: row.run_id,
          attemptToken: row.attempt_token,
          state: row.run_id === ids[3] ? ('broken' as never) : 'success',
          attemptOutcome: 'success',
        },
        () => Infinity,
      ),
    );
    expect(await Promise.all(written)).toEqual(Array(10).fill(true));
    const rows = await sql`select id, state from public.runs where id = any (${ids}) and state <> 'success'`;
    expect(rows).toEqual([{ id: ids[3], state: 'failed' }]);
    const [totals] = await sql`
      select success_count, failed_count from public.run_stats_daily where job_id = ${jobId}`;
    expect(totals).toEqual({ success_count: 9, failed_count: 1 });
  });

  it('drains the queue within a time limit, for hosts without a worker', async () => {
    const { jobId } = await createJob('brief');
    const ids = await enqueueTestRuns(tenant.id, jobId, 25);
    const executor = createRunExecutor(
      {
        workerId: 'drain',
        concurrency: 10,
        leaseSeconds: 30,
        heartbeatMs: 10_000,
        pollMs: 20,
        idlePollMs: 20,
        publicUrl: 'http://127.0.0.1:1',
      },
      { allowedCommands: [], allowedHosts: [], commandEnvironment: {} },
      plugins,
    );
    expect(await executor.drain(60_000)).toBe(25);
    const rows = await sql`select 1 from public.runs where id = any (${ids}) and state = 'success'`;
    expect(rows).toHaveLength(25);
  });
});
