import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { findFreePort, whyTaken } from '#server/ports.ts';
import { expectRefusal } from '#testing/portal/expect-refusal.ts';
import { launchPortal, makePortalFolder } from '#testing/portal/launch-portal.ts';
import { processesOf } from '#testing/portal/processes-of.ts';
import { startPortal, type TestPortal } from '#testing/portal/start-portal.ts';
import { until } from '#testing/until.ts';

describe('stopping a portal', () => {
  // Each test continues with the folder of the test before it, as a portal does.
  const folder = makePortalFolder();
  let portal: TestPortal | undefined;

  beforeAll(async () => {
    await (await startPortal({ folder })).stop();
  });

  afterEach(async () => {
    await portal?.stop();
    portal = undefined;
  });

  afterAll(() => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }));

  test('Ctrl-C leaves nothing running, and the next start changes no secret', async () => {
    portal = await startPortal({ folder });
    const secretsFile = path.join(folder, '.env.local');
    fs.appendFileSync(secretsFile, 'MY_OWN=1');
    const before = fs.readFileSync(secretsFile, 'utf8');
    expect(await portal.stop()).toBe(0);
    expect(processesOf(folder)).toEqual([]);
    expect(await whyTaken(portal.port, '127.0.0.1')).toBeNull();
    // We promise ten seconds on an idle machine: a busy one gets more tries.
    let fastestMs = Infinity;
    for (let round = 0; round < 4 && fastestMs >= 10_000; round += 1) {
      if (round > 0) await portal.stop();
      const again = Date.now();
      portal = await startPortal({ folder });
      fastestMs = Math.min(fastestMs, Date.now() - again);
    }
    expect(fastestMs).toBeLessThan(10_000);
    expect(fs.readFileSync(secretsFile, 'utf8')).toBe(before);
    expect(portal.output()).toContain(portal.password);
  });

  test('after kill -9 the other processes end by themselves, and the next start continues with the data', async () => {
    portal = await startPortal({ folder });
    const headers = { apikey: portal.secrets.SUPABASE_SECRET_KEY ?? '' };
    const read = async (): Promise<unknown> =>
      (
        await fetch(`${portal?.secrets.NEXT_PUBLIC_SUPABASE_URL}/rest/v1/tenants?select=id`, { headers })
      ).json();
    const tenants = await read();
    await portal.kill();
    portal = await startPortal({ folder, port: portal.port });
    expect(await read()).toEqual(tenants);
    await portal.kill();
    await until(
      () => processesOf(folder),
      (left) => left.length === 0,
    );
  });

  test.each(['Creating the database', 'Starting the database'])(
    'Ctrl-C while it says "%s" leaves nothing running',
    async (step) => {
      const own = step.startsWith('Creating') ? makePortalFolder() : folder;
      const launch = launchPortal(own, await findFreePort());
      await until(
        async () => launch.output(),
        (output) => output.includes(step),
      );
      // Long enough for initdb or PostgreSQL to start, but not to become ready.
      await until(
        async () => processesOf(own),
        (processes) => processes.some((line) => /initdb|postgres -D/.test(line)),
      );
      launch.process.kill('SIGINT');
      expect(await launch.exit).toBe(0);
      expect(processesOf(own)).toEqual([]);
      expect(fs.readdirSync(own).filter((name) => /password|\.new$/.test(name))).toEqual([]);
      if (own !== folder) fs.rmSync(own, { recursive: true });
    },
  );

  test('a backup that was copied back with open permissions starts', async () => {
    fs.chmodSync(path.join(folder, 'database'), 0o755);
    portal = await startPortal({ folder });
  });

  test('a lost secrets file ends the sessions but keeps the data', async () => {
    fs.rmSync(path.join(folder, '.env.local'));
    portal = await startPortal({ folder });
    expect(portal.output()).toContain('the one you chose');
  });

  test('a database with a damaged page is reported as damaged, and does not keep running', async () => {
    const databases = path.join(folder, 'database', 'base');
    const [own = ''] = fs.readdirSync(databases).sort((a, b) => Number(b) - Number(a));
    // Every start reads pg_proc.
    fs.writeFileSync(path.join(databases, own, '1255'), randomBytes(160 * 1024), { flag: 'r+' });
    await expectRefusal(folder, /The database in .* cannot be used/);
    expect(processesOf(folder)).toEqual([]);
  });
});
