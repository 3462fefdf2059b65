import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { apiKeyPrefix, formatApiKey } from '#domain/api-key.ts';
import { hashSecret } from '#features/kit/hash-secret.ts';
import { findRunningPostgres } from '#server/embedded/postgres.ts';
import { findFreePort, whyTaken } from '#server/ports.ts';
import { launchPortal, makePortalFolder, startPortal, type TestPortal } from '#testing/start-portal.ts';
import { until } from '#testing/until.ts';

const isRoot = process.getuid?.() === 0;

/** Processes that mention the folder, other than the one that asks. */
function processesOf(folder: string): string[] {
  const list = spawnSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' }).stdout.split('\n');
  return list.filter((line) => line.includes(folder) && !line.includes(' ps '));
}

/** The environment of another process, empty when it has ended. */
function environmentOf(pid: number): string {
  try {
    return `\0${fs.readFileSync(`/proc/${pid}/environ`, 'utf8')}`;
  } catch {
    return '';
  }
}

async function expectRefusal(
  folder: string,
  sentence: RegExp,
  environment: Record<string, string> = {},
  port?: number,
) {
  const launch = launchPortal(folder, port ?? (await findFreePort()), { environment });
  const code = await launch.exit;
  expect(launch.output()).toMatch(sentence);
  expect(launch.output()).not.toMatch(/^\s+at /m);
  expect(code).toBe(1);
}

describe('a running portal', () => {
  let portal: TestPortal;

  beforeAll(async () => {
    portal = await startPortal();
  });

  afterAll(async () => {
    await portal.remove();
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

  test('keeps its secrets to its user', () => {
    expect(fs.statSync(path.join(portal.folder, '.env.local')).mode & 0o777).toBe(0o600);
  });

  test('answers with the request id that it was given, or with its own', async () => {
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

  test('lets another portal live beside it, with secrets and data of its own', async () => {
    const other = await startPortal();
    try {
      expect(other.secrets.NEXT_PUBLIC_SUPABASE_URL).not.toBe(portal.secrets.NEXT_PUBLIC_SUPABASE_URL);
      const report = (url: string, secret = ''): Promise<Response> =>
        fetch(`${url}/api/monitor/job-report`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', 'X-TC-Portal-Webhook-Secret': secret },
          body: JSON.stringify({
            job_key: 'beside',
            title: 'Beside',
            status: 'success',
            finished_at: new Date(),
          }),
        });
      expect((await report(other.url, portal.secrets.TC_PORTAL_WEBHOOK_SECRET)).status).toBe(401);
      expect((await report(other.url, other.secrets.TC_PORTAL_WEBHOOK_SECRET)).status).toBe(200);
      const key = { apikey: portal.secrets.SUPABASE_SECRET_KEY ?? '' };
      const rows = `${portal.secrets.NEXT_PUBLIC_SUPABASE_URL}/rest/v1/jobs?job_key=eq.beside`;
      expect(await (await fetch(rows, { headers: key })).json()).toEqual([]);
    } finally {
      await other.remove();
    }
  });

  test('starts the database again when it was killed', async () => {
    const before = portal.databasePid();
    portal.killDatabase();
    await until(
      () => portal.databasePid(),
      (pid) => pid !== null && pid !== before,
    );
    await portal.waitForDatabase();
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

  test('starts a run at once although its worker is idle, because the portal tells it', async () => {
    const seldom = await startPortal({ environment: { WORKER_IDLE_POLL_MS: '600000' } });
    try {
      const ask = async (path: string, init: RequestInit = {}) => {
        const key = seldom.secrets.SUPABASE_SECRET_KEY ?? '';
        const headers = { apikey: key, 'Content-Type': 'application/json', Prefer: 'return=representation' };
        const answer = await fetch(`${seldom.secrets.NEXT_PUBLIC_SUPABASE_URL}/rest/v1/${path}`, {
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
        fetch(`${seldom.url}/api/scheduler/jobs/${job!.id}/run`, {
          method: 'POST',
          headers: { Authorization: `Bearer ${key}` },
        });
      const { execution_id: id } = (await (await start()).json()) as { execution_id: string };
      const state = async () => (await ask(`runs?select=state&id=eq.${id}`))[0]?.state;
      // By itself the worker would ask in ten minutes.
      await until(state, (found) => found === 'success' || found === 'failed');
    } finally {
      await seldom.remove();
    }
  });

  test('takes the database away for a test and gives it back', async () => {
    const release = await portal.holdDatabase();
    const headers = { apikey: portal.secrets.SUPABASE_SECRET_KEY ?? '' };
    const answer = await fetch(`${portal.secrets.NEXT_PUBLIC_SUPABASE_URL}/rest/v1/tenants`, { headers });
    expect(answer.status).toBe(503);
    await release();
  });
});

describe('the end of a portal', () => {
  let portal: TestPortal | undefined;

  afterEach(async () => {
    await portal?.remove();
    portal = undefined;
  });

  test('Ctrl-C leaves nothing running, and the next start changes no secret', async () => {
    portal = await startPortal();
    const secretsFile = path.join(portal.folder, '.env.local');
    fs.appendFileSync(secretsFile, 'MY_OWN=1');
    const before = fs.readFileSync(secretsFile, 'utf8');
    expect(await portal.stop()).toBe(0);
    expect(processesOf(portal.folder)).toEqual([]);
    expect(await whyTaken(portal.port, '127.0.0.1')).toBeNull();
    // Ten seconds are promised for a machine that has time: a busy one gets more tries.
    let fastestMs = Infinity;
    for (let round = 0; round < 4 && fastestMs >= 10_000; round += 1) {
      if (round > 0) await portal.stop();
      const again = Date.now();
      portal = await startPortal({ folder: portal.folder });
      fastestMs = Math.min(fastestMs, Date.now() - again);
    }
    expect(fastestMs).toBeLessThan(10_000);
    expect(fs.readFileSync(secretsFile, 'utf8')).toBe(before);
    expect(portal.output()).toContain(portal.password);
  });

  test('after kill -9 the rest ends by itself, and the next start goes on with the data', async () => {
    portal = await startPortal();
    const headers = { apikey: portal.secrets.SUPABASE_SECRET_KEY ?? '' };
    const read = async (): Promise<unknown> =>
      (
        await fetch(`${portal?.secrets.NEXT_PUBLIC_SUPABASE_URL}/rest/v1/tenants?select=id`, { headers })
      ).json();
    const tenants = await read();
    await portal.kill();
    portal = await startPortal({ folder: portal.folder, port: portal.port });
    expect(await read()).toEqual(tenants);
    await portal.kill();
    const { folder } = portal;
    await until(
      () => processesOf(folder),
      (left) => left.length === 0,
    );
  });

  test.each(['Creating the database', 'Starting the database'])(
    'Ctrl-C while it says "%s" leaves nothing running',
    async (step) => {
      const folder = makePortalFolder();
      // The second start finds what the first one made.
      if (step.startsWith('Starting')) await (await startPortal({ folder })).stop();
      const launch = launchPortal(folder, await findFreePort());
      await until(
        async () => launch.output(),
        (output) => output.includes(step),
      );
      // Long enough for initdb or PostgreSQL to be there, and too short for either to be ready.
      await until(
        async () => processesOf(folder),
        (processes) => processes.some((line) => /initdb|postgres -D/.test(line)),
      );
      launch.process.kill('SIGINT');
      expect(await launch.exit).toBe(0);
      expect(processesOf(folder)).toEqual([]);
      expect(fs.readdirSync(folder).filter((name) => /password|\.new$/.test(name))).toEqual([]);
      fs.rmSync(folder, { recursive: true });
    },
  );

  test('a backup that was copied back with open permissions starts', async () => {
    portal = await startPortal();
    await portal.stop();
    fs.chmodSync(path.join(portal.folder, 'database'), 0o755);
    portal = await startPortal({ folder: portal.folder });
  });

  test('a database with a damaged page is said to be damaged, and does not stay behind', async () => {
    const folder = makePortalFolder();
    await (await startPortal({ folder })).stop();
    const databases = path.join(folder, 'database', 'base');
    const [own = ''] = fs.readdirSync(databases).sort((a, b) => Number(b) - Number(a));
    // pg_proc, which every start reads.
    fs.writeFileSync(path.join(databases, own, '1255'), randomBytes(160 * 1024), { flag: 'r+' });
    await expectRefusal(folder, /The database in .* cannot be used/);
    expect(processesOf(folder)).toEqual([]);
    fs.rmSync(folder, { recursive: true });
  });

  test('a lost secrets file costs the sessions, not the data', async () => {
    portal = await startPortal();
    await portal.stop();
    fs.rmSync(path.join(portal.folder, '.env.local'));
    portal = await startPortal({ folder: portal.folder });
    expect(portal.output()).toContain('the one you chose');
  });
});

describe('a start that cannot succeed says why in one sentence', () => {
  const folder = makePortalFolder();

  afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

  const prepared = (name: string, files: Record<string, string> = {}): string => {
    const made = path.join(folder, name);
    fs.mkdirSync(path.join(made, 'database'), { recursive: true });
    for (const [file, text] of Object.entries(files))
      fs.writeFileSync(path.join(made, 'database', file), text);
    return made;
  };

  test('a port that is no number', () => expectRefusal(folder, /PORT must be a number/, { PORT: 'abc' }));

  test('an address that is not of this machine', () =>
    expectRefusal(path.join(folder, 'host'), /HOST=192\.0\.2\.1 is not an address/, { HOST: '192.0.2.1' }));

  test('a port in use', async () => {
    const other = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    await expectRefusal(path.join(folder, 'port'), /Port \d+ is in use by another program/, {}, port);
    other.close();
  });

  test('a file in the place of the folder', async () => {
    fs.writeFileSync(path.join(folder, 'file'), '');
    await expectRefusal(path.join(folder, 'file'), /not a folder/);
    await expectRefusal(path.join(folder, 'file', 'below'), /not a folder/);
  });

  test('data of another PostgreSQL', () =>
    expectRefusal(prepared('old', { PG_VERSION: '15\n' }), /belongs to PostgreSQL 15/));

  test('a data folder without its version', () =>
    expectRefusal(prepared('strange', { 'notes.txt': 'x' }), /PG_VERSION is missing/));

  test('a data folder with a missing file', () =>
    expectRefusal(prepared('holes', { PG_VERSION: '17\n' }), /global\/pg_control is missing/));

  test('a hosted project without its keys', () =>
    expectRefusal(path.join(folder, 'hosted'), /SUPABASE_PUBLISHABLE_KEY is missing/, {
      NEXT_PUBLIC_SUPABASE_URL: 'https://abc.supabase.co',
    }));

  test.skipIf(!isRoot || process.platform !== 'linux')('a disk that is full or read-only', async () => {
    for (const [name, flags, sentence] of [
      ['full', 'size=64k', /is full/],
      ['read-only', 'ro', /is read-only/],
    ] as const) {
      const place = path.join(folder, name);
      fs.mkdirSync(place);
      if (spawnSync('mount', ['-t', 'tmpfs', '-o', flags, 'tmpfs', place]).status !== 0) continue;
      try {
        await expectRefusal(place, sentence);
      } finally {
        spawnSync('umount', [place]);
      }
    }
  });

  test.skipIf(process.platform !== 'linux')('a folder without permission', async () => {
    if (!isRoot) {
      await expectRefusal('/proc/nowhere', /cannot be written|may not write|not a folder|ENOENT/);
      return;
    }
    const place = path.join(folder, 'forbidden');
    fs.mkdirSync(place, { mode: 0o555 });
    fs.chmodSync(folder, 0o755);
    const script = path.resolve('scripts/start.mjs');
    const asNobody = ['--reuid', '65534', '--regid', '65534', '--clear-groups', process.execPath, script];
    const answer = spawnSync('setpriv', asNobody, {
      encoding: 'utf8',
      env: { ...process.env, PORTAL_DIR: place, PORT: String(await findFreePort()) },
    });
    expect(answer.stderr).toMatch(/may not write in/);
    expect(answer.status).toBe(1);
  });

  test('leaves no database behind', async () => {
    await until(
      () => processesOf(folder),
      (left) => left.length === 0,
    );
    expect(findRunningPostgres(path.join(folder, 'hosted', 'database'))).toBeNull();
  });
});
