import fs from 'node:fs';
import path from 'node:path';
import { projectFolder } from '#server/settings.ts';

const folder = path.join(projectFolder, 'supabase');

/** The files in supabase/schemas in the order of config.toml, as paths below that folder with forward slashes. */
export function listDefinitions(): string[] {
  const config = fs.readFileSync(path.join(folder, 'config.toml'), 'utf8');
  const patterns: unknown = JSON.parse(/^schema_paths = (\[[^\]]*\])/m.exec(config)?.[1] ?? '[]');
  if (!Array.isArray(patterns)) return [];
  const files = patterns.flatMap((pattern) => fs.globSync(String(pattern), { cwd: folder }).sort());
  return [...new Set(files.map((file) => path.relative('schemas', file).replaceAll(path.sep, '/')))];
}

/** What stands in one of them. */
export function readDefinition(file: string): string {
  return fs.readFileSync(path.join(folder, 'schemas', file), 'utf8');
}
