import { randomBytes, randomInt } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { settingOf } from '#domain/setting.ts';
import { findFreePort } from '#server/ports.ts';
import { explainFolderError, StartProblem } from '#server/start-problem.ts';

/** All settings of the child processes, by their names in the environment. */
export type Secrets = Record<string, string>;

/** The secrets of a start, and whether the portal starts its own Supabase. */
export interface LoadedSecrets {
  readonly values: Secrets;
  readonly embedded: boolean;
  /** The names of the secrets that the environment overrides. */
  readonly replaced: readonly string[];
}

const random = (bytes: number): string => randomBytes(bytes).toString('base64url');

// Without letters and digits that look alike, because users type it from the screen.
function readablePassword(): string {
  const letters = 'abcdefghijkmnpqrstuvwxyz23456789';
  return Array.from({ length: 4 }, () =>
    Array.from({ length: 4 }, () => letters[randomInt(letters.length)]).join(''),
  ).join('-');
}

type Entry = readonly [name: string, comment: string, make: () => string];

const always: Entry[] = [
  [
    'TC_PORTAL_WEBHOOK_SECRET',
    'Scripts send this in X-TC-Portal-Webhook-Secret with every report.',
    () => random(32),
  ],
  ['TC_PORTAL_PING_KEY', 'Part of the URLs of the Healthchecks and Cronitor protocols.', () => random(16)],
  ['TC_PORTAL_ADMIN_EMAIL', 'The first admin, created at the first start.', () => 'admin@tc-portal.local'],
  ['TC_PORTAL_ADMIN_PASSWORD', 'The first password. Change it after signing in.', readablePassword],
  [
    'CRON_SECRET',
    'Callers of /api/internal/scheduler and /api/metrics send this as a bearer token.',
    () => random(32),
  ],
];

const embeddedOnly = (databasePort: string, apiPort: string): Entry[] => [
  ['TC_PORTAL_JWT_SECRET', 'Signs sessions. Changing it signs everyone out.', () => random(48)],
  ['TC_PORTAL_DATABASE_PASSWORD', 'The embedded database.', () => random(24)],
  [
    'TC_PORTAL_DATABASE_PORT',
    'Loopback ports of the embedded database and its Data API.',
    () => databasePort,
  ],
  ['TC_PORTAL_DATA_API_PORT', '', () => apiPort],
  [
    'NEXT_PUBLIC_SUPABASE_URL',
    'The embedded Supabase. To use a hosted project, put its URL and its two keys here.',
    () => `http://127.0.0.1:${apiPort}`,
  ],
  ['NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY', '', () => `sb_publishable_${random(24)}`],
  [
    'SUPABASE_SECRET_KEY',
    'Can read and write everything. Never send it to a browser.',
    () => `sb_secret_${random(32)}`,
  ],
];

function readFile(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw explainFolderError(error, file) ?? error;
  }
}

function append(file: string, before: string, lines: string[]): void {
  const gap = before === '' || before.endsWith('\n') ? '' : '\n';
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    const handle = fs.openSync(file, 'a', 0o600);
    try {
      fs.writeSync(handle, `${gap}${lines.join('\n')}\n`);
      fs.fsyncSync(handle);
    } finally {
      fs.closeSync(handle);
    }
  } catch (error) {
    throw explainFolderError(error, file) ?? error;
  }
}

/** Variables of other programs are passed on as they are. */
const isOurs = (name: string): boolean =>
  /^(TC_PORTAL|NEXT_PUBLIC_SUPABASE|SUPABASE|WORKER)_|^CRON_SECRET$/.test(name);

/**
 * Reads the secrets file and adds missing values, but never changes one. A variable of the environment overrides the file and
 * is never written to it; an empty one does not count [rule 34: keys and secrets]. The embedded Supabase is used unless
 * NEXT_PUBLIC_SUPABASE_URL differs from the port in the file.
 */
export async function loadSecrets(
  file: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<LoadedSecrets> {
  const text = readFile(file);
  const stored = parseEnv(text.replace(/^\uFEFF/, ''));
  const found: Secrets = {};
  const replaced: string[] = [];
  for (const name of Object.keys({ ...stored, ...environment })) {
    const read = (value: string | undefined) => (isOurs(name) ? settingOf(value) : value || undefined);
    const [given, kept] = [read(environment[name]), read(stored[name])];
    const value = given ?? kept;
    if (value !== undefined) found[name] = value;
    if (given !== undefined && given !== kept) replaced.push(name);
  }
  for (const name of ['TC_PORTAL_DATABASE_PORT', 'TC_PORTAL_DATA_API_PORT']) {
    const port = found[name];
    if (port === undefined || (/^\d{1,5}$/.test(port) && Number(port) > 0 && Number(port) < 65_536)) continue;
    throw new StartProblem(
      `${name} must be a number from 1 to 65535, not "${port}": correct it in ${file}.`,
      `${file} の ${name} には、1～65535 の数値を指定してください。`,
    );
  }
  const url = found.NEXT_PUBLIC_SUPABASE_URL;
  if (url !== undefined && !/^https?:\/\/[^/]/.test(url)) {
    throw new StartProblem(
      `NEXT_PUBLIC_SUPABASE_URL must be a URL such as https://abc.supabase.co, not "${url}": correct it in ${file}, or delete the line to use the portal's own database.`,
      `NEXT_PUBLIC_SUPABASE_URL の値 "${url}" は URL ではありません。${file} を修正するか、この行を削除してポータル自身のデータベースを使ってください。`,
    );
  }
  // The stored URL is still ours if the environment chooses another port.
  const ownUrls = [found, stored].map(({ TC_PORTAL_DATA_API_PORT: port }) => `http://127.0.0.1:${port}`);
  const embedded = url === undefined || ownUrls.includes(url.replace(/\/$/, ''));
  if (!embedded) {
    for (const name of ['NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY', 'SUPABASE_SECRET_KEY']) {
      if (found[name]) continue;
      throw new StartProblem(
        `NEXT_PUBLIC_SUPABASE_URL points to ${url}, but ${name} is missing: add it to ${file}.`,
        `NEXT_PUBLIC_SUPABASE_URL に ${url} が指定されていますが、${name} がありません。${file} に追加してください。`,
      );
    }
  }
  // These ports are not in use yet: the portal itself starts last.
  const chosen = ['PORT', 'TC_PORTAL_DATABASE_PORT', 'TC_PORTAL_DATA_API_PORT'].map((name) =>
    Number(found[name]),
  );
  const findPort = async (): Promise<string> => String(await findFreePort(chosen));
  const entries = [...always, ...(embedded ? embeddedOnly(await findPort(), await findPort()) : [])];
  const lines: string[] = [];
  for (const [name, comment, make] of entries) {
    if (found[name] !== undefined) continue;
    found[name] = make();
    if (comment) lines.push(`# ${comment}`);
    lines.push(`${name}=${found[name]}`);
  }
  if (lines.length > 0) append(file, text, lines);
  if (process.platform !== 'win32' && fs.existsSync(file) && (fs.statSync(file).mode & 0o077) !== 0) {
    fs.chmodSync(file, 0o600);
  }
  const names = entries.map(([name]) => name);
  return { values: found, embedded, replaced: names.filter((name) => replaced.includes(name)) };
}
