import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { projectFolder } from '#server/settings.ts';

/** The file that holds the types of our tables and functions. */
export const typesFile = path.join(projectFolder, 'src', 'data', 'database.types.ts');

/** Runs the Supabase CLI from package-lock.json, through the shim that calls the platform's binary. */
export async function supabaseCli(args: readonly string[]): Promise<string> {
  const windows = process.platform === 'win32';
  const program = path.join(projectFolder, 'node_modules', '.bin', windows ? 'supabase.cmd' : 'supabase');
  const { stdout, stderr } = await promisify(execFile)(program, [...args], {
    cwd: projectFolder,
    shell: windows,
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, DO_NOT_TRACK: '1', SUPABASE_TELEMETRY_DISABLED: '1' },
  });
  return `${stdout}${stdout === '' ? stderr : ''}`;
}

/** Generates the types with the Supabase CLI from a database with our migrations. */
export async function generateDatabaseTypes(url: string): Promise<string> {
  const schemas = ['--schema', 'public'];
  const output = await supabaseCli(['gen', 'types', 'typescript', `--remote=${url}`, ...schemas]);
  // The CLI also prints notices about the connection there.
  const types = output.slice(output.search(/^export /m));
  const { format, resolveConfig } = await import('prettier');
  return format(types, { ...(await resolveConfig(typesFile)), parser: 'typescript' });
}

/** Replaces the committed types. */
export async function writeDatabaseTypes(url: string): Promise<void> {
  fs.writeFileSync(typesFile, await generateDatabaseTypes(url));
}
