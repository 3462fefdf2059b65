import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashSecret } from '#auth/hash-secret.ts';
import { apiKeyPrefix, formatApiKey } from '#domain/api-key.ts';
import { projectFolder } from '#server/settings.ts';
import { expectRefusal } from '#testing/portal/expect-refusal.ts';
import { makePortalFolder } from '#testing/portal/launch-portal.ts';
import { processesOf } from '#testing/portal/processes-of.ts';
import { startPortal, type TestPortal } from '#testing/portal/start-portal.ts';
import { sendReport } from '#testing/reports/send-report.ts';
import { until } from '#testing/until.ts';

/** Reads the environment of another process; empty if it has ended. */
function environmentOf(pid: number): string {
  try {
    return `\0${fs.readFileSync(`/proc/${pid}/environ`, 'utf8')}`;
  } catch {
    return '';
  }
}

describe('a running portal', () => {
  let portal: TestPortal;

  beforeAll(async () => {
    // Its worker polls so rarely that a run can only start because the portal announced it.
    portal = await startPortal({ environment: { WORKER_IDLE_POLL_MS: '600000' } });
  });

  afterAll(async () => {
    await portal.delete();
  });

  test('prints the address, the sign-in and commands that work', () => {
    expect(portal.output()).toContain(portal.url);
    expect(portal.output()).toContain(portal.email);
    expect(portal.output()).toContain(portal.password);
    const commands = portal
      .output()
      .split('\n')
      .filter((line) => line.startsWith('curl '));
    expect(commands).toHaveLength(2);
    for (const command of commands) {
      const answer = spawnSync(command, { shell: true, encoding: 'utf8' });
      expect(JSON.parse(answer.stdout)).toMatchObject({ success: true, job_key: 'hello-portal' });
    }
  });

  test('lets only its user read its secrets', () => {
    expect(fs.statSync(path.join(portal.folder, '.env.local')).mode & 0o777).toBe(0o600);
  });

  test('returns the caller’s request id, or its own', async () => {
    const given = await fetch(portal.url, { headers: { 'X-Request-Id': 'abc-12345' } });
    expect(given.headers.get('x-request-id')).toBe('abc-12345');
    const strange = await fetch(portal.url, { headers: { 'X-Request-Id': '<script>alert(1)</script>' } });
    expect(strange.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('refuses a second start on its folder', async () => {
    await expectRefusal(portal.folder, /A portal is already running on .*PID \d+/);
  });

  test('keeps another portal off its port', async () => {
    const folder = makePortalFolder();
    await expectRefusal(folder, new RegExp(`Port ${portal.port} is in use`), {}, portal.port);
    fs.rmSync(folder, { recursive: true });
  });

  test('can run next to another portal, each with its own secrets and data', async () => {
    const other = await startPortal();
    try {
      expect(other.secrets.NEXT_PUBLIC_SUPABASE_URL).not.toBe(portal.secrets.NEXT_PUBLIC_SUPABASE_URL);
      const report = { job_key: 'beside' };
      expect((await sendReport(other, report, portal.secrets.TC_PORTAL_WEBHOOK_SECRET)).status).toBe(401);
      expect((await sendReport(other, report)).status).toBe(200);
      const key = { apikey: portal.secrets.SUPABASE_SECRET_KEY ?? '' };
      const rows = `${portal.secrets.NEXT_PUBLIC_SUPABASE_URL}/rest/v1/jobs?job_key=eq.beside`;
      expect(await (await fetch(rows, { headers: key })).json()).toEqual([]);
    } finally {
      await other.delete();
    }
  });

  test('restarts the database after it was killed', async () => {
    const before = portal.database.pid;
    portal.database.kill();
    await until(
      () => portal.database.pid,
      (pid) => pid !== null && pid !== before,
    );
    await portal.database.wait();
  });

  test.skipIf(process.platform !== 'linux')('starts a process again when it was killed', async () => {
    const find = () =>
      processesOf('server/portal.ts')
        .map((line) => Number.parseInt(line, 10))
        .find((pid) => environmentOf(pid).includes(`\0PORT=${portal.port}\0`));
    const own = await until(find);
    process.kill(own!, 'SIGKILL');
    await until(find, (pid) => pid !== undefined && pid !== own);
    await until(() =>
      fetch(portal.url).then(
        (answer) => answer.status < 500,
        () => false,
      ),
    );
  });

  test('starts a run at once although its worker is idle, because the portal announces it', async () => {
    const ask = async (path: string, init: RequestInit = {}) => {
      const key = portal.secrets.SUPABASE_SECRET_KEY ?? '';
      const headers = { apikey: key, 'Content-Type': 'application/json', Prefer: 'return=representation' };
      const answer = await fetch(`${portal.secrets.NEXT_PUBLIC_SUPABASE_URL}/rest/v1/${path}`, {
        ...init,
        headers,
      });
      return (await answer.json()) as Record<string, string>[];
    };
    const [job] = await until(
      () => ask('jobs?select=id,tenant_id&plugin_job_name=eq.check'),
      (jobs) => jobs.length > 0,
    );
    const key = formatApiKey(randomBytes(32));
    const row = {
      tenant_id: job!.tenant_id,
      name: 'Test',
      prefix: apiKeyPrefix(key),
      key_hash: hashSecret(key),
    };
    await ask('api_keys', { method: 'POST', body: JSON.stringify({ ...row, scopes: ['admin'] }) });
    const start = () =>
      fetch(`${portal.url}/api/scheduler/jobs/${job!.id}/run`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${key}` },
      });
    const { execution_id: id } = (await (await start()).json()) as { execution_id: string };
    const state = async () => (await ask(`runs?select=state&id=eq.${id}`))[0]?.state;
    // By itself the worker would poll after ten minutes.
    await until(state, (found) => found === 'success' || found === 'failed');
  });

  test('stops the database for a test and starts it again', async () => {
    const release = await portal.database.hold();
    const headers = { apikey: portal.secrets.SUPABASE_SECRET_KEY ?? '' };
    const answer = await fetch(`${portal.secrets.NEXT_PUBLIC_SUPABASE_URL}/rest/v1/tenants`, { headers });
    expect(answer.status).toBe(503);
    await release();
  });
});

test('a portal without a worker says so, and works with one that runs elsewhere', async () => {
  const portal = await startPortal({ environment: { JOB_WORKER_ENABLED: 'false' } });
  const workers = async () => {
    const answer = await fetch(`${portal.url}/api/health/ready`);
    return ((await answer.json()) as { checks: Record<string, object> }).checks;
  };
  try {
    expect(portal.output()).toContain('JOB_WORKER_ENABLED');
    expect(await workers()).toMatchObject({
      scheduler: { status: 'unknown', age_ms: null },
      workers: { status: 'none', live: 0 },
    });
    expect((await sendReport(portal, { job_key: 'without-a-worker' })).status).toBe(200);
    const elsewhere = spawn(process.execPath, [path.join(projectFolder, 'src', 'worker', 'main.ts')], {
      env: { ...process.env, ...portal.secrets },
      stdio: 'ignore',
    });
    try {
      await until(workers, (checks) => JSON.stringify(checks.workers) === '{"status":"ok","live":1}');
    } finally {
      elsewhere.kill('SIGKILL');
    }
  } finally {
    await portal.delete();
  }
});
