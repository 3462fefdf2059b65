import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { createClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hashSecret } from '#auth/hash-secret.ts';
import type { Database } from '#data/database.types.ts';
import { apiKeyPrefix, formatApiKey } from '#domain/api-key.ts';
import { buildPages } from '#server/build.ts';
import { LogFile } from '#server/log-file.ts';
import { findFreePort } from '#server/ports.ts';
import { projectFolder } from '#server/settings.ts';
import { expectSpellings } from '#testing/api/crawl-paths.ts';
import { startSession } from '#testing/browser/session.ts';
import { startTestSupabase } from '#testing/database/start-supabase.ts';
import { supabaseVariables } from '#testing/database/variables.ts';
import { ask } from '#testing/http/ask.ts';
import { sendReport } from '#testing/reports/send-report.ts';
import { until } from '#testing/until.ts';

// Follows docs/operations.md for Vercel with a hosted project, as far as one machine can: an external Supabase, Next's
// own server instead of ours, no worker, and a client that calls the scheduler.
const person = { email: 'admin@example.com', password: 'a-long-password' };
const webhookSecret = randomBytes(24).toString('base64url');
const cronSecret = randomBytes(24).toString('base64url');
const next = path.join(projectFolder, 'node_modules', 'next', 'dist', 'bin', 'next');

let url: string;
let service: ReturnType<typeof createClient<Database>>;
let secrets: Record<string, string>;
let server: ChildProcess;
let output = '';
let stopSupabase: () => Promise<void>;

beforeAll(async () => {
  const { supabase, stop } = await startTestSupabase();
  stopSupabase = stop;
  await buildPages(
    new LogFile(path.join(supabase.folder, 'build.log')),
    () => {},
    AbortSignal.timeout(300_000),
  );
  const inherited = { PATH: process.env.PATH, SystemRoot: process.env.SystemRoot };
  secrets = supabaseVariables(supabase);
  service = createClient<Database>(supabase.url, supabase.secretKey, { auth: { persistSession: false } });
  const first = spawnSync(
    process.execPath,
    [path.join(projectFolder, 'scripts', 'create-first-tenant.mjs'), '株式会社ホスト'],
    {
      env: {
        ...inherited,
        NODE_ENV: 'production',
        ...secrets,
        TC_PORTAL_ADMIN_EMAIL: person.email,
        TC_PORTAL_ADMIN_PASSWORD: person.password,
      },
      encoding: 'utf8',
    },
  );
  expect(first.stderr).toBe('');
  expect(first.stdout).toContain(`sign in as ${person.email}`);
  const port = await findFreePort();
  url = `http://127.0.0.1:${port}`;
  server = spawn(process.execPath, [next, 'start', '-p', String(port), '-H', '127.0.0.1'], {
    cwd: projectFolder,
    env: {
      ...inherited,
      NODE_ENV: 'production',
      NEXT_TELEMETRY_DISABLED: '1',
      VERCEL: '1',
      ...secrets,
      TC_PORTAL_WEBHOOK_SECRET: webhookSecret,
      CRON_SECRET: cronSecret,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [server.stdout, server.stderr])
    stream?.on('data', (chunk) => (output += String(chunk)));
  await until(
    () => fetch(`${url}/api/health`).catch(() => null),
    (answer) => answer?.status === 200,
  );
});

afterAll(async () => {
  if (server?.exitCode === null) {
    const closed = new Promise((resolve) => server.once('close', resolve));
    server.kill('SIGTERM');
    await closed;
  }
  await stopSupabase?.();
});

test('a report is recorded and shown on the incidents page after sign-in', async () => {
  const hosted = { job_key: 'hosted', title: 'ホストのジョブ', status: 'error', message: 'disk full' };
  const answer = await sendReport({ url, secrets }, hosted, webhookSecret);
  expect(answer.status).toBe(200);
  const { cookies } = await startSession({ ...person, url, secrets, folder: '', output }, person);
  const page = await fetch(`${url}/incidents`, {
    headers: { cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; ') },
  });
  expect(page.status).toBe(200);
  expect(await page.text()).toContain('ホストのジョブ');
});

test('calling the scheduler sets up the plugins, and a requested run finishes without a worker', async () => {
  const callScheduler = async () => {
    const answer = await fetch(`${url}/api/internal/scheduler`, {
      headers: { Authorization: `Bearer ${cronSecret}` },
    });
    expect(answer.status).toBe(200);
    return (await answer.json()) as { drained: number };
  };
  await callScheduler();
  const { data: plugin } = await service
    .from('plugins')
    .select('id, tenant_id')
    .eq('plugin_key', 'self-check')
    .single()
    .throwOnError();
  const key = formatApiKey(randomBytes(32));
  await service
    .from('api_keys')
    .insert({
      tenant_id: plugin.tenant_id,
      name: 'test',
      prefix: apiKeyPrefix(key),
      key_hash: hashSecret(key),
      scopes: ['admin'],
    })
    .throwOnError();
  const headers = { Authorization: `Bearer ${key}` };
  const started = await fetch(`${url}/api/plugins/${plugin.id}/run`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ jobName: 'check' }),
  });
  expect(started.status).toBe(202);
  const { runId } = (await started.json()) as { runId: string };
  expect((await callScheduler()).drained).toBe(1);
  const run = await fetch(`${url}/api/plugins/${plugin.id}/runs/${runId}`, { headers });
  expect(await run.json()).toMatchObject({ runId, status: 'success' });
});

test('an API path with a trailing slash is not redirected, and an unknown one gets 404 in JSON [contract: every answer]', async () => {
  const port = Number(new URL(url).port);
  await expectSpellings(port, [(path) => `${path}/`]);
  // Next redirects doubled slashes before anything of ours runs (docs/contracts.md).
  expect((await ask(port, 'POST', '//api/monitor/job-report')).status).toBe(308);
  for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS']) {
    for (const target of ['/api', '/api/', '/api/unknown', '/api/monitor/x/']) {
      const answer = await ask(port, method, target);
      expect([method, target, answer.status, answer.body]).toEqual([
        method,
        target,
        404,
        '{"error":"Not found"}',
      ]);
    }
  }
  expect((await ask(port, 'GET', '/jobs/')).headers.location).toBe('/jobs');
});

test('prints no secrets', () => {
  expect(output).toContain('"path":"/api/monitor/job-report"');
  for (const secret of [webhookSecret, cronSecret, ...Object.values(secrets).slice(1)]) {
    expect(output).not.toContain(secret);
  }
});
