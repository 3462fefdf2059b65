import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadSecrets } from '#server/secrets.ts';

describe('loadSecrets', () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tc portal secrets '));
    file = path.join(folder, 'below', '.env.local');
  });

  afterEach(() => fs.rmSync(folder, { recursive: true }));

  test('writes every secret that the portal needs, for its user only', async () => {
    const { values, embedded } = await loadSecrets(file, {});
    expect(embedded).toBe(true);
    const written = parseEnv(fs.readFileSync(file, 'utf8'));
    expect(Object.keys(written).sort()).toEqual([
      'CRON_SECRET',
      'NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY',
      'NEXT_PUBLIC_SUPABASE_URL',
      'SUPABASE_SECRET_KEY',
      'TC_PORTAL_ADMIN_EMAIL',
      'TC_PORTAL_ADMIN_PASSWORD',
      'TC_PORTAL_DATABASE_PASSWORD',
      'TC_PORTAL_DATABASE_PORT',
      'TC_PORTAL_DATA_API_PORT',
      'TC_PORTAL_JWT_SECRET',
      'TC_PORTAL_PING_KEY',
      'TC_PORTAL_WEBHOOK_SECRET',
    ]);
    expect(values).toEqual({ ...written });
    if (process.platform !== 'win32') expect(fs.statSync(file).mode & 0o777).toBe(0o600);
  });

  test('changes nothing the second time', async () => {
    const first = await loadSecrets(file, {});
    const text = fs.readFileSync(file, 'utf8');
    expect(await loadSecrets(file, {})).toEqual(first);
    expect(fs.readFileSync(file, 'utf8')).toBe(text);
  });

  test('keeps manual changes and adds only what is missing', async () => {
    fs.mkdirSync(path.dirname(file));
    fs.writeFileSync(file, 'TC_PORTAL_WEBHOOK_SECRET="my own"\nMINE=1', { mode: 0o644 });
    const { values } = await loadSecrets(file, {});
    const text = fs.readFileSync(file, 'utf8');
    expect(text.startsWith('TC_PORTAL_WEBHOOK_SECRET="my own"\nMINE=1\n')).toBe(true);
    expect(text.match(/TC_PORTAL_WEBHOOK_SECRET/g)).toHaveLength(1);
    expect(values).toMatchObject({ TC_PORTAL_WEBHOOK_SECRET: 'my own', MINE: '1' });
    if (process.platform !== 'win32') expect(fs.statSync(file).mode & 0o777).toBe(0o600);
  });

  const names = [
    'TC_PORTAL_WEBHOOK_SECRET',
    'TC_PORTAL_PING_KEY',
    'TC_PORTAL_ADMIN_EMAIL',
    'TC_PORTAL_ADMIN_PASSWORD',
    'CRON_SECRET',
    'TC_PORTAL_JWT_SECRET',
    'TC_PORTAL_DATABASE_PASSWORD',
    'TC_PORTAL_DATABASE_PORT',
    'TC_PORTAL_DATA_API_PORT',
    'NEXT_PUBLIC_SUPABASE_URL',
    'NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY',
    'SUPABASE_SECRET_KEY',
  ];
  /** A value that the environment can have. */
  const given = (name: string): string =>
    name.endsWith('_PORT') ? '54999' : name.endsWith('_URL') ? 'https://abc.supabase.co' : 'from outside';

  test.each(names)(
    '%s: an empty variable changes nothing, and one of the environment counts while it is set [rule 34: keys and secrets]',
    async (name) => {
      const first = await loadSecrets(file, {});
      expect(first.replaced).toEqual([]);
      const text = fs.readFileSync(file, 'utf8');
      for (const empty of ['', ' ', '\n', '\ufeff', '""', "' '"]) {
        expect(await loadSecrets(file, { [name]: empty })).toEqual(first);
        expect(fs.readFileSync(file, 'utf8')).toBe(text);
      }
      const outside = given(name);
      for (const value of [
        outside,
        `${outside} `,
        `${outside}\r\n`,
        `\ufeff${outside}`,
        `"${outside}"`,
        `'${outside}'`,
      ]) {
        const { values, replaced } = await loadSecrets(file, { [name]: value });
        expect(values[name]).toBe(outside);
        if (name !== 'NEXT_PUBLIC_SUPABASE_URL') expect(replaced).toEqual([name]);
        expect(fs.readFileSync(file, 'utf8')).toBe(text);
      }
      expect(await loadSecrets(file, {})).toEqual(first);
    },
  );

  test('does not write a secret of the environment to a new file', async () => {
    const { values } = await loadSecrets(file, { CRON_SECRET: 'from outside' });
    expect(values.CRON_SECRET).toBe('from outside');
    expect(fs.readFileSync(file, 'utf8')).not.toContain('CRON_SECRET');
  });

  test('passes on the variables of other programs unchanged', async () => {
    expect((await loadSecrets(file, { LESS: '"-R" ' })).values.LESS).toBe('"-R" ');
  });

  test('reads a file that a Windows editor wrote, with a mark and CR LF', async () => {
    fs.mkdirSync(path.dirname(file));
    fs.writeFileSync(file, "\ufeffTC_PORTAL_WEBHOOK_SECRET='my own '\r\nCRON_SECRET=other \r\n");
    expect((await loadSecrets(file, {})).values).toMatchObject({
      TC_PORTAL_WEBHOOK_SECRET: 'my own',
      CRON_SECRET: 'other',
    });
  });

  test('does not start its own Supabase for a hosted project', async () => {
    fs.mkdirSync(path.dirname(file));
    const hosted =
      'NEXT_PUBLIC_SUPABASE_URL=https://abc.supabase.co\nNEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY=a\nSUPABASE_SECRET_KEY=b\n';
    fs.writeFileSync(file, hosted);
    const { values, embedded } = await loadSecrets(file, {});
    expect(embedded).toBe(false);
    expect(values.TC_PORTAL_WEBHOOK_SECRET).toBeDefined();
    expect(values.TC_PORTAL_DATABASE_PORT).toBeUndefined();
  });

  test('uses a hosted project if its URL replaces ours', async () => {
    await loadSecrets(file, {});
    const text = fs
      .readFileSync(file, 'utf8')
      .replace(/^NEXT_PUBLIC_SUPABASE_URL=.*$/m, 'NEXT_PUBLIC_SUPABASE_URL=https://abc.supabase.co');
    fs.writeFileSync(file, text);
    expect((await loadSecrets(file, {})).embedded).toBe(false);
  });

  test.each([
    ['TC_PORTAL_DATABASE_PORT=abc', /TC_PORTAL_DATABASE_PORT must be a number from 1 to 65535, not "abc"/],
    ['TC_PORTAL_DATA_API_PORT=99999', /TC_PORTAL_DATA_API_PORT must be a number/],
    ['NEXT_PUBLIC_SUPABASE_URL=hello', /NEXT_PUBLIC_SUPABASE_URL must be a URL/],
  ])('says which line is wrong: %s', async (line, sentence) => {
    fs.mkdirSync(path.dirname(file));
    fs.writeFileSync(file, line);
    await expect(loadSecrets(file, {})).rejects.toThrow(sentence);
  });
});
