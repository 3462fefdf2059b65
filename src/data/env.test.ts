import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { projectFolder, readSettings } from '#server/settings.ts';
import { readWorkerSettings } from '#worker/settings.ts';
import * as env from './env.ts';

type Environment = Record<string, string | undefined>;
const supabase = {
  NEXT_PUBLIC_SUPABASE_URL: 'http://127.0.0.1:1',
  NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: 'p',
  SUPABASE_SECRET_KEY: 's',
};

/** Reads like a route: from the variables of this process, in which nothing else is set. */
function inProcess<T>(read: () => T): (given: Environment) => T {
  return (given) => {
    for (const name of names) vi.stubEnv(name, given[name]);
    return read();
  };
}
const ofWorker = (given: Environment) => {
  return { ...readWorkerSettings(given as NodeJS.ProcessEnv), workerId: '' };
};
const ofServer = (given: Environment) => readSettings(given, []);

/** Each variable with a value and who reads it. */
const readers: Record<string, [value: string, read: (given: Environment) => unknown][]> = {
  NEXT_PUBLIC_SUPABASE_URL: [
    ['https://a.supabase.co', inProcess(env.readSupabaseSettings)],
    ['https://a.supabase.co', inProcess(env.readServiceSettings)],
    ['http://127.0.0.1:2', ofWorker],
  ],
  NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: [['sb_publishable_x', inProcess(env.readSupabaseSettings)]],
  SUPABASE_SECRET_KEY: [['sb_secret_x', inProcess(env.readServiceSettings)]],
  TC_PORTAL_WEBHOOK_SECRET: [['secret', inProcess(env.readWebhookSecrets)]],
  TC_PORTAL_WEBHOOK_SECRET_PREVIOUS: [['previous', inProcess(env.readWebhookSecrets)]],
  CRON_SECRET: [['secret', inProcess(env.readCronSecret)]],
  TC_PORTAL_PUBLIC_URL: [
    ['https://portal.example.com', inProcess(env.readPublicUrl)],
    ['https://portal.example.com', ofWorker],
  ],
  TC_PORTAL_REALTIME: [['1', inProcess(env.readRealtimeSettings)]],
  TC_PORTAL_ALLOWED_HOSTS: [
    ['nas, printer:80', inProcess(env.readAllowedHosts)],
    ['nas, printer:80', ofWorker],
  ],
  TC_PORTAL_COMMAND_ALLOWLIST: [['["/usr/bin/true"]', ofWorker]],
  TC_PORTAL_REPORTS_PER_MINUTE: [['7', inProcess(env.readReportLimitPerMinute)]],
  VERCEL: [['1', inProcess(env.isServerless)]],
  HTTPS_PROXY: [['http://proxy:8080', (given) => env.readProxySettings(given)]],
  HTTP_PROXY: [['http://proxy:8080', (given) => env.readProxySettings(given)]],
  NO_PROXY: [['a.example,b.example', (given) => env.readProxySettings({ HTTP_PROXY: 'proxy', ...given })]],
  PORT: [
    ['4000', ofServer],
    ['4000', ofWorker],
  ],
  HOST: [
    ['127.0.0.2', ofServer],
    ['127.0.0.2', ofWorker],
  ],
  PORTAL_DIR: [['folder', ofServer]],
  JOB_WORKER_ENABLED: [['false', ofServer]],
  WORKER_CONCURRENCY: [['3', ofWorker]],
  WORKER_LEASE_SECONDS: [['33', ofWorker]],
  WORKER_HEARTBEAT_SECONDS: [['3', ofWorker]],
  WORKER_POLL_MS: [['33', ofWorker]],
  WORKER_IDLE_POLL_MS: [['3333', ofWorker]],
  WORKER_GRACE_SECONDS: [['3', ofWorker]],
  WORKER_SCHEDULER: [['off', ofWorker]],
};
const names = Object.keys(readers);

/** A variable that is required fails in the same way whether it is missing or empty. */
function outcomeOf(read: (given: Environment) => unknown, given: Environment): unknown {
  try {
    return read(given);
  } catch (error) {
    return String(error);
  }
}

// Without this one, the previous secret counts for nothing.
const others: Record<string, Environment> = {
  TC_PORTAL_WEBHOOK_SECRET_PREVIOUS: { TC_PORTAL_WEBHOOK_SECRET: 'now' },
};

describe.each(Object.entries(readers))('%s', (name, uses) => {
  it.each(uses)(
    'as %j is read without what surrounds it, and does not count if it is empty [rule 34: keys and secrets]',
    (value, read) => {
      const rest: Environment = { ...supabase, ...others[name] };
      const outcome = (given: string | undefined) => outcomeOf(read, { ...rest, [name]: given });
      const unset = outcome(undefined);
      const set = outcome(value);
      expect(set).not.toEqual(unset);
      for (const empty of ['', ' ', '\n', '\ufeff', '""', "''"])
        expect([empty, outcome(empty)]).toEqual([empty, unset]);
      for (const around of [
        `${value} `,
        ` ${value}`,
        `${value}\n`,
        `${value}\r\n`,
        `\ufeff${value}`,
        `'${value}'`,
        ` '${value}'\n`,
      ])
        expect([around, outcome(around)]).toEqual([around, set]);
      if (!value.includes('"')) expect(outcome(`"${value}"`)).toEqual(set);
    },
  );
});

it('knows every variable of .env.example and of the code', () => {
  const read = (file: string) => fs.readFileSync(path.join(projectFolder, file), 'utf8');
  const listed = [...read('.env.example').matchAll(/^(?:# )?([A-Z_]+)=/gm)].map(([, name]) => name!);
  const used = ['src/data/env.ts', 'src/worker/settings.ts', 'src/server/settings.ts'].flatMap((file) =>
    [...read(file).matchAll(/(?:\b(?:environment\.|(?:read|given|proxy)\(')|^ {2})([A-Z][A-Z_]+)\b/gm)].map(
      ([, name]) => name!,
    ),
  );
  // Read by the supervisor only, from its secrets (secrets.test.ts).
  const ofSecrets = ['TC_PORTAL_PING_KEY', 'TC_PORTAL_ADMIN_EMAIL', 'TC_PORTAL_ADMIN_PASSWORD'];
  expect([...new Set([...listed, ...used])].filter((name) => !ofSecrets.includes(name)).sort()).toEqual(
    [...names].sort(),
  );
});
