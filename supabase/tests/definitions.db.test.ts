import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import postgres, { type Sql } from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { applyMigrations } from '#server/embedded/migrations.ts';
import { type Catalog, readCatalog } from '#testing/database/catalog.ts';
import {
  composeMigration,
  listDefinitions,
  migrationsFolder,
  readDefinition,
} from '#testing/database/definitions.ts';
import { startTestSupabases } from '#testing/database/start-supabase.ts';

const nothing = fs.mkdtempSync(path.join(os.tmpdir(), 'tc portal no migrations '));
let servers: Awaited<ReturnType<typeof startTestSupabases>>;
let defined: Sql;
let migrated: Sql;

beforeAll(async () => {
  servers = await startTestSupabases(2, nothing);
  const [first, second] = servers.supabases;
  defined = postgres(first!.ownerUrl, { max: 1, onnotice: () => {} });
  migrated = postgres(second!.ownerUrl, { max: 1, onnotice: () => {} });
  await applyMigrations(second!.ownerUrl, migrationsFolder, servers.supabases[1]!.folder);
});

afterAll(async () => {
  await Promise.all([defined?.end(), migrated?.end()]);
  await servers?.stop();
  fs.rmSync(nothing, { recursive: true });
});

/** Returns the names of everything that differs between two catalogs. */
const differences = (one: Catalog, other: Catalog): string[] =>
  [...new Set([...one.keys(), ...other.keys()])].filter((name) => one.get(name) !== other.get(name));

const escape = (text: string): string => text.replaceAll('.', '\\.');

/** Returns the names that a file can define, as they are in the catalog. */
function subjectOf(file: string): RegExp {
  const [schema = '', kind = '', name = ''] = file.replace(/\.sql$/, '').split('/');
  const thing = escape(`${schema}.${name}`);
  switch (kind) {
    case 'functions':
    case 'triggers':
      return new RegExp(`^(?:comment on )?function ${thing}\\(`);
    case 'tables':
      return new RegExp(
        `^(?:table|column|comment on table|comment on table column) ${thing}(?:\\.|$)| of ${thing}$`,
      );
    case 'policies':
      return new RegExp(`^(?:table|column) ${thing}(?:\\.|$)|^policy .* of ${thing}$`);
    case 'views':
      return new RegExp(`^(?:view|column|comment on view) ${thing}(?:\\.|$)`);
    case 'types':
      return new RegExp(`^(?:type|column|comment on type) ${thing}(?:\\.|$)`);
    case 'schema':
      return new RegExp(
        `^(?:schema|comment on schema) ${schema}$|^default rights on . in (?:${schema}|every schema) `,
      );
    default:
      return new RegExp(`^\\w+ .*\\b${schema}\\b`);
  }
}

// Files that define something only on a hosted project.
const hostedOnly = new Set(['realtime/messages.sql', 'cron/scheduler.sql']);

it('each file defines only what it is named after, and nothing that another file defines', async () => {
  const wrong: string[] = [];
  let before = await readCatalog(defined);
  for (const file of listDefinitions()) {
    await defined.unsafe(readDefinition(file));
    const after = await readCatalog(defined);
    const found = differences(before, after);
    const foreign = found.filter((name) => !subjectOf(file).test(name));
    // Grants apply to existing things; everything else must be new, so that each thing has one file.
    const again = /\/policies\/|^pgmq\//.test(file) ? [] : found.filter((name) => before.has(name));
    wrong.push(...[...foreign, ...again].map((name) => `${file} also defines ${name}`));
    if (found.length === 0 && !hostedOnly.has(file)) wrong.push(`${file} defines nothing`);
    before = after;
  }
  expect(wrong).toEqual([]);
});

it('config.toml names every file', () => {
  const all = fs.globSync('**/*.sql', { cwd: path.join(migrationsFolder, '..', 'schemas') });
  expect(listDefinitions().toSorted()).toEqual(all.map((file) => file.replaceAll(path.sep, '/')).toSorted());
});

it('the definitions and the migrations create the same database (npm run migration:new)', async () => {
  const [one, other] = [await readCatalog(defined), await readCatalog(migrated)];
  expect(one.size).toBeGreaterThan(1_000);
  expect(
    differences(one, other).map((name) => ({
      name,
      definitions: one.get(name),
      migrations: other.get(name),
    })),
  ).toEqual([]);
});

it('a migration that replaces everything replaceable changes nothing', async () => {
  const before = await readCatalog(migrated);
  const files = listDefinitions().filter((file) => /\/(?:functions|triggers|views|policies)\//.test(file));
  await migrated.unsafe(composeMigration('All again.', files));
  expect(differences(before, await readCatalog(migrated))).toEqual([]);
});
