import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { projectFolder } from '#server/settings.ts';

const releasesFolder = path.join(projectFolder, 'supabase', 'releases');

/** A version whose migrations must not change: their names and SHA-256 hashes, in the format of `sha256sum`. */
export interface Release {
  readonly version: string;
  readonly migrations: ReadonlyMap<string, string>;
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

const fileOf = (version: string, file: 'migrations.sha256' | 'filled.sql'): string =>
  path.join(releasesFolder, version, file);

/** Returns the released versions that have a record. */
export function readReleases(): Release[] {
  const versions = fs.existsSync(releasesFolder) ? fs.readdirSync(releasesFolder).sort() : [];
  return versions.map((version) => {
    const lines = fs.readFileSync(fileOf(version, 'migrations.sha256'), 'utf8').trimEnd().split('\n');
    return { version, migrations: new Map(lines.map((line) => [line.slice(66), line.slice(0, 64)])) };
  });
}

/** Returns the data of a database that a released version filled. */
export function readFilledDatabase(version: string): string {
  return fs.readFileSync(fileOf(version, 'filled.sql'), 'utf8');
}

/** Records the migrations and the filled database of a version. */
export function writeRelease(version: string, migrations: ReadonlyMap<string, string>, filled: string): void {
  fs.mkdirSync(path.join(releasesFolder, version), { recursive: true });
  const lines = [...migrations].map(([file, text]) => `${hash(text)}  ${file}\n`);
  fs.writeFileSync(fileOf(version, 'migrations.sha256'), lines.join(''));
  fs.writeFileSync(fileOf(version, 'filled.sql'), filled);
}

/** Returns the versions that are released according to the changelog. */
export function readReleasedVersions(): string[] {
  const changelog = fs.readFileSync(path.join(projectFolder, 'CHANGELOG.md'), 'utf8');
  return [...changelog.matchAll(/^## \[(\d+\.\d+\.\d+)\] - /gm)].map(([, version]) => version ?? '');
}

/** Returns what would break the upgrade of a released version's database: a sentence for each file. */
export function findBrokenPromises(
  { version, migrations: released }: Release,
  migrations: ReadonlyMap<string, string>,
): string[] {
  const newest = [...released.keys()].sort().at(-1) ?? '';
  return [
    ...[...released].flatMap(([file, recorded]) => {
      const text = migrations.get(file);
      if (text === undefined) return `${file} is gone, and belongs to version ${version}`;
      return hash(text) === recorded
        ? []
        : `${file} has changed since version ${version}: make a new migration`;
    }),
    ...[...migrations.keys()]
      .filter((file) => !released.has(file) && file < newest)
      .map((file) => `${file} sorts before what version ${version} has: give it a later time`),
  ];
}
