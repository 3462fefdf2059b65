import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { findRunningPostgres } from '#server/embedded/postgres.ts';
import { findFreePort } from '#server/ports.ts';
import { expectRefusal } from '#testing/portal/expect-refusal.ts';
import { makePortalFolder } from '#testing/portal/launch-portal.ts';
import { processesOf } from '#testing/portal/processes-of.ts';
import { until } from '#testing/until.ts';

const isRoot = process.getuid?.() === 0;

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

  test('a port that is not a number', () => expectRefusal(folder, /PORT must be a number/, { PORT: 'abc' }));

  test('a choice about the worker that is neither yes nor no', () =>
    expectRefusal(folder, /JOB_WORKER_ENABLED must be true or false, not "maybe"/, {
      JOB_WORKER_ENABLED: 'maybe',
    }));

  test('an address of another machine', () =>
    expectRefusal(path.join(folder, 'host'), /HOST=192\.0\.2\.1 is not an address/, { HOST: '192.0.2.1' }));

  test('a port in use', async () => {
    const other = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    await expectRefusal(path.join(folder, 'port'), /Port \d+ is in use by another program/, {}, port);
    other.close();
  });

  test('a file instead of the folder', async () => {
    fs.writeFileSync(path.join(folder, 'file'), '');
    await expectRefusal(path.join(folder, 'file'), /must be a folder, but it is a file/);
    await expectRefusal(path.join(folder, 'file', 'below'), /must be a folder, but it is a file/);
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
    expect(answer.stderr).toMatch(/has no permission to write to/);
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
