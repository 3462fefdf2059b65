import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { leaseSeconds } from '#domain/limits.ts';
import { ConfigurationError } from '#domain/errors.ts';
import { settingOf } from '#domain/setting.ts';
import { listeningAddress } from '#process/listening-address.ts';

const wholeNumber = (min: number, max: number, value: number) =>
  z.coerce.number().int().min(min).max(max).default(value);
const onOff = z
  .enum(['on', 'off'])
  .default('on')
  .transform((value) => value === 'on');

const environmentSchema = z.object({
  /** How many runs this process executes at the same time. */
  WORKER_CONCURRENCY: wholeNumber(1, 1_000, 10),
  WORKER_LEASE_SECONDS: wholeNumber(2, 600, leaseSeconds),
  /** Defaults to a third of the lease. */
  WORKER_HEARTBEAT_SECONDS: z.coerce.number().positive().optional(),
  /** How often it polls while there are runs, and for a few seconds after. */
  WORKER_POLL_MS: wholeNumber(10, 60_000, 50),
  /** How often it polls while there are no runs. Defaults to one second, or one and a half for a remote database. */
  WORKER_IDLE_POLL_MS: z.coerce.number().int().min(10).max(600_000).optional(),
  NEXT_PUBLIC_SUPABASE_URL: z.string().default(''),
  /** How long running handlers may continue after a stop. */
  WORKER_GRACE_SECONDS: wholeNumber(0, 3_600, 5),
  /** off: another process runs the scheduler. */
  WORKER_SCHEDULER: onOff,
  TC_PORTAL_PUBLIC_URL: z.url().optional(),
  TC_PORTAL_ALLOWED_HOSTS: z.string().default(''),
  TC_PORTAL_COMMAND_ALLOWLIST: z.string().default(''),
  HOST: z.string().default('127.0.0.1'),
  PORT: wholeNumber(1, 65_535, 3_000),
});

const commandSchema = z.union([
  z.string().transform((program) => ({ program, arguments: [], cwd: undefined })),
  z.strictObject({
    program: z.string(),
    arguments: z.array(z.string()).default([]),
    cwd: z.string().optional(),
  }),
]);

interface AllowedCommand {
  program: string;
  argumentPatterns: RegExp[];
  workingFolder: string | null;
}

export interface WorkerSettings {
  workerId: string;
  concurrency: number;
  leaseSeconds: number;
  heartbeatMs: number;
  pollMs: number;
  idlePollMs: number;
  graceMs: number;
  ticks: boolean;
  publicUrl: string;
  operator: {
    allowedHosts: string[];
    allowedCommands: AllowedCommand[];
    commandEnvironment: Record<string, string>;
  };
}

const listOf = (text: string): string[] => text.split(/[\s,]+/).filter((part) => part !== '');

/** Reads the allowlist: a JSON file, the same JSON itself, or a list of absolute paths (programs without arguments). */
function readAllowedCommands(text: string): AllowedCommand[] {
  const written = text.trim();
  if (written === '') return [];
  const isFile = path.isAbsolute(written) && written.endsWith('.json') && !written.includes(',');
  const source = isFile ? fs.readFileSync(written, 'utf8').trim() : written;
  const entries: unknown = /^[[{]/.test(source) ? JSON.parse(source) : listOf(source);
  return z
    .array(commandSchema)
    .parse(entries)
    .map(({ program, arguments: patterns, cwd }) => {
      if (!path.isAbsolute(program)) throw new Error(`${program} is not an absolute path`);
      return {
        program: path.normalize(program),
        argumentPatterns: patterns.map((pattern) => new RegExp(`^(?:${pattern})$`, 'su')),
        workingFolder: cwd ?? null,
      };
    });
}

/** Requests to this machine cost nothing and use no network. */
function isOnThisMachine(url: string): boolean {
  const host = URL.canParse(url) ? new URL(url).hostname : '';
  return ['127.0.0.1', '[::1]', 'localhost'].includes(host);
}

// Programs need these to start; none of them is a secret of the portal.
const passedOn = [
  'PATH',
  'LANG',
  'LC_ALL',
  'TZ',
  'HOME',
  'SystemRoot',
  'TEMP',
  'TMP',
  'USERPROFILE',
  'PATHEXT',
];

/**
 * Reads the settings that the operator chose for this worker.
 * @throws ConfigurationError that names the invalid setting
 */
export function readWorkerSettings(environment: NodeJS.ProcessEnv): WorkerSettings {
  const given = Object.fromEntries(
    Object.keys(environmentSchema.shape).map((name) => [name, settingOf(environment[name])]),
  );
  const parsed = environmentSchema.safeParse(given);
  if (!parsed.success) {
    const names = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ');
    throw new ConfigurationError(`Missing or invalid settings: ${names}`);
  }
  const settings = parsed.data;
  const heartbeatSeconds = settings.WORKER_HEARTBEAT_SECONDS ?? settings.WORKER_LEASE_SECONDS / 3;
  // Otherwise every lease would end before it is extended, and every run would start again and again.
  if (heartbeatSeconds >= settings.WORKER_LEASE_SECONDS) {
    throw new ConfigurationError('WORKER_HEARTBEAT_SECONDS must be shorter than WORKER_LEASE_SECONDS');
  }
  let allowedCommands: AllowedCommand[];
  try {
    allowedCommands = readAllowedCommands(settings.TC_PORTAL_COMMAND_ALLOWLIST);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError(`TC_PORTAL_COMMAND_ALLOWLIST is invalid: ${reason}`);
  }
  return {
    workerId: `${os.hostname()}:${process.pid}:${randomBytes(4).toString('hex')}`,
    concurrency: settings.WORKER_CONCURRENCY,
    leaseSeconds: settings.WORKER_LEASE_SECONDS,
    heartbeatMs: heartbeatSeconds * 1_000,
    pollMs: settings.WORKER_POLL_MS,
    idlePollMs: Math.max(
      settings.WORKER_POLL_MS,
      settings.WORKER_IDLE_POLL_MS ?? (isOnThisMachine(settings.NEXT_PUBLIC_SUPABASE_URL) ? 1_000 : 1_500),
    ),
    graceMs: settings.WORKER_GRACE_SECONDS * 1_000,
    ticks: settings.WORKER_SCHEDULER,
    publicUrl:
      settings.TC_PORTAL_PUBLIC_URL ?? listeningAddress({ host: settings.HOST, port: settings.PORT }),
    operator: {
      allowedHosts: listOf(settings.TC_PORTAL_ALLOWED_HOSTS),
      allowedCommands,
      commandEnvironment: Object.fromEntries(
        passedOn.flatMap((name) => {
          const value = environment[name];
          return value === undefined ? [] : [[name, value]];
        }),
      ),
    },
  };
}
