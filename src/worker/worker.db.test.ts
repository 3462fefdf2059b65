import { spawn } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { POST as postProgress } from '#app/api/plugin-runs/[runId]/progress/route.ts';
import { POST as postResult } from '#app/api/plugin-runs/[runId]/result/route.ts';
import { findFreePort } from '#server/ports.ts';
import { projectFolder } from '#server/settings.ts';
import { serviceClient, sql } from '#testing/database/clients.ts';
import { ownSupabase } from '#testing/database/own-supabase.ts';
import { listen, type TestHttpServer } from '#testing/http/listen.ts';
import { CommandPrograms } from '#testing/plugins/command-programs.ts';
import { makeCommandJob } from '#testing/plugins/make-command-job.ts';
import { makePluginJob, type TestPluginJob } from '#testing/plugins/make-plugin-job.ts';
import { startWorker, stopWorkers } from '#testing/processes/start-worker.ts';
import { forgetRuns } from '#testing/runs/forget-runs.ts';
import { readTestAttempts, readTestRun, untilRunState } from '#testing/runs/read-run.ts';
import { startTestRun } from '#testing/runs/start-runs.ts';
import { makeTenant, type TestTenant } from '#testing/tenants/make-tenant.ts';
import { until } from '#testing/until.ts';

let tenant: TestTenant;
const programs = new CommandPrograms();
let server: TestHttpServer;
let origin: string;
let host: string;

interface Call {
  method: string;
  url: string;
  headers: http.IncomingHttpHeaders;
  text: string;
}
const calls: Call[] = [];
let respond: (call: Call) => { status: number; body?: unknown; headers?: Record<string, string> } = () => ({
  status: 200,
});

/** Serves the portal's routes and a foreign service on one port. */
async function serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  const own = /^\/api\/plugin-runs\/([^/]+)\/(progress|result)$/.exec(request.url ?? '');
  if (own) {
    const route = own[2] === 'progress' ? postProgress : postResult;
    const answer = await route(
      new Request(`${origin}${request.url}`, {
        method: 'POST',
        headers: { authorization: request.headers.authorization ?? '' },
        body: text,
      }),
      { params: Promise.resolve({ runId: own[1] ?? '' }) },
    );
    response.writeHead(answer.status).end(await answer.text());
    return;
  }
  const call = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, text };
  // Health checks of remote plugins arrive at any time.
  if (!/\/(health|plugin\.json)$/.test(call.url)) calls.push(call);
  const { status, body, headers } = respond(call);
  response.writeHead(status, headers).end(body === undefined ? '' : JSON.stringify(body));
}

const post = (url: string, token: string | null, body: unknown) =>
  fetch(url, {
    method: 'POST',
    headers: token === null ? {} : { authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  }).then(async (answer) => ({ status: answer.status, body: (await answer.json()) as unknown }));

const cancel = async (runId: string) => {
  const { error } = await serviceClient().rpc('cancel_run', { p_run_id: runId });
  if (error) throw error;
};

beforeAll(async () => {
  tenant = await makeTenant();
  await forgetRuns();
  server = await listen((request, response) => void serve(request, response));
  host = `127.0.0.1:${server.port}`;
  origin = server.url;
});

afterEach(async () => {
  await stopWorkers();
  await forgetRuns();
  calls.length = 0;
  respond = () => ({ status: 200 });
});

afterAll(() => {
  server.close();
  programs.delete();
});

/** A program that runs until it is stopped. */
function untilToldScript(name: string) {
  const told = path.join(programs.folder, `${name} may end`);
  const look = `if (fs.existsSync(${JSON.stringify(told)})) clearInterval(timer);`;
  return {
    ...programs.write(name, `import fs from 'node:fs'; const timer = setInterval(() => { ${look} }, 20);`),
    end: () => fs.writeFileSync(told, ''),
  };
}
const sleeper = () => programs.writeSleeper();

describe('a real worker [rule 24: leases]', () => {
  it('returns its runs on SIGTERM without using up the attempt, and exits with code 0', async () => {
    const { allowlist, ...command } = sleeper();
    const worker = await startWorker({ TC_PORTAL_COMMAND_ALLOWLIST: allowlist, WORKER_GRACE_SECONDS: '0' });
    const runId = await startTestRun(await makeCommandJob(tenant.id, command));
    await untilRunState(runId, 'running');
    worker.process.kill('SIGTERM');
    expect(await worker.exit).toBe(0);
    expect(await readTestRun(runId)).toMatchObject({ state: 'pending', attempt: 0 });
    expect(await readTestAttempts(runId)).toEqual([]);
  });

  it('lets running handlers finish within the grace time', async () => {
    const { end, allowlist, ...command } = untilToldScript('short.mjs');
    const worker = await startWorker({ TC_PORTAL_COMMAND_ALLOWLIST: allowlist, WORKER_GRACE_SECONDS: '60' });
    const runId = await startTestRun(await makeCommandJob(tenant.id, command));
    await untilRunState(runId, 'running');
    worker.process.kill('SIGTERM');
    await until(() => worker.output().includes('worker_stopping'));
    end();
    expect(await worker.exit).toBe(0);
    expect(await readTestRun(runId)).toMatchObject({ state: 'success', attempt: 1 });
  });

  it('reports its heartbeat, and gives a new company its plugins', async () => {
    const fresh = await makeTenant();
    const worker = await startWorker();
    const plugins = await until(
      () =>
        sql<
          { plugin_key: string }[]
        >`select plugin_key from public.plugins where tenant_id = ${fresh.id} order by 1`,
      (rows) => rows.length === 3,
    );
    expect(plugins.map((row) => row.plugin_key)).toEqual(['command', 'http-request', 'self-check']);
    const beats = await until(
      () => sql`select details from private.heartbeats where process = ${`worker:${worker.id}`}`,
      (rows) => rows.length === 1,
    );
    expect(beats[0]!.details).toMatchObject({ running: expect.any(Number), concurrency: 10 });
  });
});

describe('a worker whose database is unavailable [rule 7: database away]', () => {
  it('continues running runs, keeps the result until it can be written, and then accepts runs again', async () => {
    const { url } = ownSupabase;
    let isAway = false;
    const proxy = await listen((request, response) => {
      if (isAway) return request.socket.destroy();
      const { method, headers } = request;
      const onward = http.request(`${url}${request.url}`, { method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      onward.on('error', () => response.destroy());
      request.pipe(onward);
    });
    const { end, allowlist, ...command } = untilToldScript('away.mjs');
    try {
      const worker = await startWorker({
        TC_PORTAL_COMMAND_ALLOWLIST: allowlist,
        NEXT_PUBLIC_SUPABASE_URL: proxy.url,
      });
      const jobId = await makeCommandJob(tenant.id, command);
      const runId = await startTestRun(jobId);
      await untilRunState(runId, 'running');
      isAway = true;
      end();
      await until(() => worker.output().includes('results_not_written'));
      expect(await readTestRun(runId)).toMatchObject({ state: 'running', attempt: 1 });
      isAway = false;
      expect(await untilRunState(runId, 'success', 'failed')).toMatchObject({ state: 'success', attempt: 1 });
      await untilRunState(await startTestRun(jobId), 'success');
      expect(worker.process.exitCode).toBeNull();
    } finally {
      proxy.close();
    }
  });
});

describe('the command plugin', () => {
  it('is disabled until the operator names a program', async () => {
    await startWorker();
    const run = await untilRunState(await startTestRun(await makeCommandJob(tenant.id, sleeper())), 'failed');
    expect(run.error?.code).toBe('command.noCommands');
  });

  it('runs only the named programs with the allowed arguments', async () => {
    const { allowlist, ...command } = sleeper();
    await startWorker({ TC_PORTAL_COMMAND_ALLOWLIST: allowlist });
    const others = [
      { program: '/bin/sh', args: '-c\nid' },
      { program: command.program, args: '-e\nprocess.exit()' },
      {
        program: `${path.dirname(command.program)}/../${path.basename(command.program)}`,
        args: command.args,
      },
    ];
    for (const other of others) {
      const run = await untilRunState(await startTestRun(await makeCommandJob(tenant.id, other)), 'failed');
      expect(run.error?.code).toMatch(/^command\.(program|argument)NotAllowed$/);
    }
  });

  it('keeps output and exit code, and passes secrets in the environment but no settings of the worker', async () => {
    const { allowlist, ...command } = programs.write(
      'report.mjs',
      `console.log('out'); console.error('err', process.env.TC_SECRET_MY_KEY, Object.keys(process.env).filter((n) => /SUPABASE/.test(n)).length); process.exit(3);`,
    );
    await startWorker({ TC_PORTAL_COMMAND_ALLOWLIST: allowlist });
    const jobId = await makeCommandJob(tenant.id, command);
    await serviceClient().rpc('set_job_secret', {
      p_job_id: jobId,
      p_name: 'my_key',
      p_value: 'correct horse battery',
    });
    const runId = await startTestRun(jobId);
    const run = await untilRunState(runId, 'failed');
    expect(run).toMatchObject({
      result: { exitCode: 3, signal: null },
      error: {
        message: 'Exit code 3, expected 0',
        code: 'command.unexpectedExitCode',
        values: { code: 3, expected: 0 },
      },
    });
    const [log] = await sql`select head from public.run_logs where run_id = ${runId}`;
    expect(log!.head).toContain('out\n');
    expect(log!.head).toContain('err [redacted] 0\n');
  });

  it('stops the whole process tree on cancel', async () => {
    const { allowlist, ...command } = programs.write(
      'parent.mjs',
      `import { spawn } from 'node:child_process';
       const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 600000)']);
       console.log('child', child.pid); setTimeout(() => {}, 600000);`,
    );
    await startWorker({ TC_PORTAL_COMMAND_ALLOWLIST: allowlist });
    const runId = await startTestRun(await makeCommandJob(tenant.id, command));
    const [log] = await until(
      () => sql`select head from public.run_logs where run_id = ${runId}`,
      (rows) => /child \d+\n/.test(String(rows[0]?.head)),
    );
    const pid = Number(/child (\d+)/.exec(log!.head as string)?.[1]);
    expect(pid).toBeGreaterThan(1);
    await cancel(runId);
    await untilRunState(runId, 'canceled');
    await until(() => {
      try {
        process.kill(pid, 0);
        return false;
      } catch {
        return true;
      }
    });
  });
});

describe('the http-request plugin', () => {
  const createRequestJob = async (payload: object, job: Partial<TestPluginJob> = {}) =>
    (await makePluginJob(tenant.id, { pluginKey: 'http-request', name: 'send', payload, ...job })).jobId;
  const allowed = () => startWorker({ TC_PORTAL_ALLOWED_HOSTS: host });

  it('sends method, headers with secrets and body, and keeps only what it was told to keep', async () => {
    respond = () => ({ status: 201, body: { echo: 'correct horse battery', markup: '<script>' } });
    await allowed();
    const jobId = await createRequestJob({
      url: `${origin}/hook`,
      method: 'POST',
      headers: 'Authorization: Bearer {{secret.token}}\nX-Kind: nightly',
      body: '{"a":1}',
      keep: 'excerpt',
    });
    await serviceClient().rpc('set_job_secret', {
      p_job_id: jobId,
      p_name: 'token',
      p_value: 'correct horse battery',
    });
    const run = await untilRunState(await startTestRun(jobId), 'success', 'failed');
    expect(run.error).toBeNull();
    expect(calls).toMatchObject([
      {
        method: 'POST',
        url: '/hook',
        text: '{"a":1}',
        headers: { authorization: 'Bearer correct horse battery', 'x-kind': 'nightly' },
      },
    ]);
    expect(run.result).toMatchObject({ status: 201, excerpt: '{"echo":"[redacted]","markup":"<script>"}' });
    expect(JSON.stringify(run)).not.toContain('correct horse');
  });

  it('fails for an unexpected status; a server error is retried, an invalid request is not', async () => {
    respond = () => ({ status: calls.length === 1 ? 500 : 404 });
    await allowed();
    const runId = await startTestRun(await createRequestJob({ url: origin }, { maxAttempts: 5 }));
    const run = await untilRunState(runId, 'failed');
    expect(run.error).toMatchObject({ code: 'http-request.unexpectedStatus', values: { status: 404 } });
    expect(await readTestAttempts(runId)).toEqual(['retry', 'failed']);
  });

  it('refuses a private address, a redirect to one, and a secret in plain text', async () => {
    await allowed();
    respond = () => ({ status: 302, headers: { location: 'http://127.0.0.2/' } });
    const errorOf = async (payload: object) => {
      const jobId = await createRequestJob(payload, { maxAttempts: 3 });
      const run = await untilRunState(await startTestRun(jobId), 'failed');
      expect(run.attempt).toBe(1);
      return run.error;
    };
    expect(await errorOf({ url: 'http://127.0.0.1:1/' })).toMatchObject({ code: 'outgoing.refused' });
    expect(await errorOf({ url: origin })).toMatchObject({
      code: 'outgoing.refused',
      values: { address: '127.0.0.2' },
    });
    expect(await errorOf({ url: origin, headers: 'Authorization: Bearer abc' })).toMatchObject({
      code: 'http-request.headerNeedsSecret',
    });
  });
});

describe('a remote plugin', () => {
  const key = randomBytes(32);
  const secret = `whsec_${key.toString('base64')}`;
  const createRemoteJob = async (job: Partial<TestPluginJob> = {}) =>
    (
      await makePluginJob(tenant.id, {
        pluginKey: 'remote',
        name: 'sync',
        kind: 'remote',
        baseUrl: `${origin}/service`,
        secret,
        manifest: { jobs: [{ name: 'sync', route: '/jobs/sync' }] },
        payload: { day: '2026-11-21' },
        ...job,
      })
    ).jobId;
  const start = () => startWorker({ TC_PORTAL_ALLOWED_HOSTS: host, TC_PORTAL_PUBLIC_URL: origin });
  const firstCall = async () => {
    const [call] = await until(
      () => calls,
      (found) => found.length > 0,
    );
    return JSON.parse(call!.text) as Record<string, string> & { attempt: number };
  };

  it('is called with a signature that a Standard Webhooks library would accept, and responds at once', async () => {
    respond = () => ({
      status: 200,
      body: {
        outcome: 'success',
        message: 'done',
        events_processed: 3,
        result: { rows: 3 },
        cursor: 'c1',
        log: 'hello',
      },
    });
    await start();
    const runId = await startTestRun(await createRemoteJob());
    const run = await untilRunState(runId, 'success', 'failed');
    expect(run).toMatchObject({
      message: 'done',
      events_processed: 3,
      result: { rows: 3 },
      cursor_after: 'c1',
    });
    const [call] = calls;
    const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = call!.headers;
    const expected = createHmac('sha256', key)
      .update(`${String(id)}.${String(at)}.${call!.text}`)
      .digest('base64');
    expect(signature).toBe(`v1,${expected}`);
    expect(call).toMatchObject({ method: 'POST', url: '/service/jobs/sync' });
    expect(JSON.parse(call!.text)).toMatchObject({
      run_id: runId,
      attempt: 1,
      job: 'sync',
      payload: { day: '2026-11-21' },
      cursor: null,
      progress_url: `${origin}/api/plugin-runs/${runId}/progress`,
      result_url: `${origin}/api/plugin-runs/${runId}/result`,
    });
    const [log] = await sql`select head from public.run_logs where run_id = ${runId}`;
    expect(log!.head).toContain('hello');
  });

  it('can respond 202 and report progress and result later, only with the token of the attempt', async () => {
    respond = () => ({ status: 202 });
    await start();
    const runId = await startTestRun(await createRemoteJob());
    const { progress_url: progressUrl = '', result_url: resultUrl = '', token = '' } = await firstCall();
    expect(await post(progressUrl, null, { done: 1 })).toMatchObject({ status: 401 });
    expect(await post(progressUrl, 'nonsense', { done: 1 })).toMatchObject({ status: 401 });
    expect(await post(resultUrl, crypto.randomUUID(), { outcome: 'success' })).toMatchObject({ status: 409 });
    expect(await post(progressUrl, token, { done: 'a' })).toMatchObject({ status: 400 });
    expect(await post(progressUrl, token, { done: 5, total: 10, note: 'half' })).toEqual({
      status: 200,
      body: { cancel_requested: false },
    });
    expect(await readTestRun(runId)).toMatchObject({
      state: 'running',
      progress: { done: 5, total: 10, note: 'half' },
    });
    expect(await post(resultUrl, token, { outcome: 'success', message: 'later', cursor: 'c9' })).toEqual({
      status: 200,
      body: { run_id: runId, state: 'success' },
    });
    expect(await post(resultUrl, token, { outcome: 'success' })).toMatchObject({ status: 409 });
    expect(await readTestRun(runId)).toMatchObject({
      state: 'success',
      message: 'later',
      cursor_after: 'c9',
    });
  });

  it("has its job's secrets redacted in later reports, and is not told to stop a run that it has finished", async () => {
    respond = () => ({ status: 202 });
    await start();
    const jobId = await createRemoteJob();
    const value = 'correct horse\nbattery staple';
    await serviceClient().rpc('set_job_secret', { p_job_id: jobId, p_name: 'key', p_value: value });
    const runId = await startTestRun(jobId);
    const { progress_url: progressUrl = '', result_url: resultUrl = '', token = '' } = await firstCall();
    await post(progressUrl, token, { done: 1, note: `with ${value}` });
    expect((await readTestRun(runId)).progress?.note).toBe('with [redacted]');
    await post(resultUrl, token, {
      outcome: 'success',
      message: `with ${value}`,
      result: { key: value, json: JSON.stringify({ value }) },
      log: `key: ${value}\nsigned with ${secret}`,
    });
    const run = await readTestRun(runId);
    expect(run).toMatchObject({
      message: 'with [redacted]',
      result: { key: '[redacted]', json: '{"value":"[redacted]"}' },
    });
    const [log] = await sql`select head from public.run_logs where run_id = ${runId}`;
    expect(log!.head).toBe('key: [redacted]\nsigned with [redacted]');

    // By now its worker knows that the run is finished.
    calls.length = 0;
    await untilRunState(await startTestRun(jobId), 'running');
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(calls.map(({ method }) => method)).toEqual(['POST']);
  });

  it('can send a response that cannot be stored: the run fails and says so', async () => {
    const deep = `${'['.repeat(30_000)}${']'.repeat(30_000)}`;
    respond = () => ({ status: 202 });
    await start();
    const runId = await startTestRun(await createRemoteJob());
    const { result_url: resultUrl = '', token = '' } = await firstCall();
    const answer = await fetch(resultUrl, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: `{"outcome":"success","result":${deep}}`,
    });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('result: is nested more than 100 levels deep');
    expect((await readTestRun(runId)).state).toBe('running');
  });

  it('can be the example of docs/plugins.md', async () => {
    const text = fs.readFileSync(path.join(projectFolder, 'docs', 'plugins.md'), 'utf8');
    const [, source = ''] = /```js\n([\s\S]+?)```/.exec(text) ?? [];
    const port = await findFreePort();
    const file = path.join(programs.folder, 'example.mjs');
    fs.writeFileSync(file, source.replace('8080', String(port)).replace('1000)', '20)'));
    const service = spawn(process.execPath, [file], {
      env: { ...process.env, PLUGIN_SECRET: secret },
      stdio: 'inherit',
    });
    try {
      const address = `http://127.0.0.1:${port}`;
      await until(() =>
        fetch(`${address}/plugin.json`).then(
          (answer) => answer.ok,
          () => false,
        ),
      );
      await startWorker({ TC_PORTAL_ALLOWED_HOSTS: `127.0.0.1:${port}`, TC_PORTAL_PUBLIC_URL: origin });
      const job = { baseUrl: address, pluginKey: 'example' };
      const run = await untilRunState(await startTestRun(await createRemoteJob(job)), 'success', 'failed');
      expect(run).toMatchObject({
        state: 'success',
        cursor_after: '2026-11-21',
        progress: { done: 10, total: 10 },
      });
      await sql`update private.plugin_secrets s set signing_secret = ${'x'.repeat(40)}
        from public.plugins p where p.id = s.plugin_id and p.plugin_key = 'example'`;
      const refused = await untilRunState(
        await startTestRun(await createRemoteJob(job)),
        'success',
        'failed',
      );
      expect(refused.error).toMatchObject({ code: 'remote.answered', values: { status: 401 } });
    } finally {
      service.kill();
    }
  });

  it('is told about a cancel by DELETE and can report that it has stopped', async () => {
    respond = ({ method }) => ({ status: method === 'DELETE' ? 204 : 202 });
    await start();
    const runId = await startTestRun(await createRemoteJob());
    await firstCall();
    await cancel(runId);
    await untilRunState(runId, 'canceled');
    expect(calls.map(({ method }) => method)).toEqual(['POST', 'DELETE']);
    expect(calls[1]!.headers['webhook-id']).toBe(calls[0]!.headers['webhook-id']);
  });

  it('fails if its response has no outcome, and is retried if it is down', async () => {
    respond = () => (calls.length === 1 ? { status: 503 } : { status: 200, body: { outcome: 'fine' } });
    await start();
    const runId = await startTestRun(await createRemoteJob({ maxAttempts: 3 }));
    const run = await untilRunState(runId, 'failed');
    expect(run.error?.code).toBe('remote.noOutcome');
    expect(await readTestAttempts(runId)).toEqual(['retry', 'failed']);
  });

  it('on a private address is not called unless the operator allows it', async () => {
    await startWorker();
    const run = await untilRunState(await startTestRun(await createRemoteJob()), 'failed');
    expect(run.error?.code).toBe('outgoing.refused');
    expect(calls).toEqual([]);
  });

  it('is asked for its health', async () => {
    respond = ({ url }) => ({ status: url === '/service/health' ? 200 : 404 });
    const jobId = await createRemoteJob();
    // A worker of an earlier test may have checked it already.
    await sql`
      update public.plugins set health = 'unknown', health_message = null, health_checked_at = null
      where id = (select plugin_id from public.jobs where id = ${jobId})`;
    await start();
    const [plugin] = await until(
      () => sql`
        select p.health, p.health_message, p.health_message_code, p.health_message_values from public.plugins p join public.jobs j on j.plugin_id = p.id
        where j.id = ${jobId} and p.health <> 'unknown'`,
      (rows) => rows.length === 1,
    );
    expect(plugin).toEqual({
      health: 'healthy',
      health_message: 'returned 200',
      health_message_code: 'remote.healthAnswered',
      health_message_values: { status: 200 },
    });
  });
});
