import fs from 'node:fs';
import path from 'node:path';
import { projectFolder } from '#server/settings.ts';

const supabaseFolder = path.join(projectFolder, 'supabase');

/** The folder of the migrations. */
export const migrationsFolder = path.join(supabaseFolder, 'migrations');

/** The files in supabase/schemas in the order of config.toml, as paths below that folder with forward slashes. */
export function listDefinitions(): string[] {
  const config = fs.readFileSync(path.join(supabaseFolder, 'config.toml'), 'utf8');
  const patterns: unknown = JSON.parse(/^schema_paths = (\[[^\]]*\])/m.exec(config)?.[1] ?? '[]');
  if (!Array.isArray(patterns)) return [];
  const files = patterns.flatMap((pattern) => fs.globSync(String(pattern), { cwd: supabaseFolder }).sort());
  return [...new Set(files.map((file) => path.relative('schemas', file).replaceAll(path.sep, '/')))];
}

/** Reads one of them. */
export function readDefinition(file: string): string {
  return fs.readFileSync(path.join(supabaseFolder, 'schemas', file), 'utf8');
}

/** The migrations by their file names, oldest first. */
export function readMigrations(): Map<string, string> {
  const files = fs.readdirSync(migrationsFolder).sort();
  return new Map(files.map((file) => [file, fs.readFileSync(path.join(migrationsFolder, file), 'utf8')]));
}

/** A part of a migration: the copy of a definition, or statements written by hand. */
interface Part {
  readonly definition: string | null;
  readonly text: string;
}

// A copy starts with the name of its file, and ends at the next copy or at a line `-- by hand`.
function partsOf(migration: string): Part[] {
  return migration.split(/^(?=-- (?:schemas\/\S+\.sql|by hand)$)/m).map((text) => ({
    definition: /^-- schemas\/(\S+\.sql)$/m.exec(text.split('\n', 1)[0] ?? '')?.[1] ?? null,
    text,
  }));
}

const copiesIn = (migration: string): string[] =>
  partsOf(migration).flatMap(({ definition }) => definition ?? []);

const dropPolicies = (table: string): string => {
  const [schema, name] = table.split('.');
  return `revoke all on ${table} from anon, authenticated, service_role;
do $$
declare
  old record;
begin
  for old in select policyname from pg_policies where schemaname = '${schema}' and tablename = '${name}' loop
    execute format('drop policy %I on ${table}', old.policyname);
  end loop;
end;
$$;

`;
};

const kindOf = (file: string): string => file.split('/')[1] ?? '';
const replaceable = new Set(['functions', 'triggers', 'views', 'policies']);

/** Converts a definition for a migration, which replaces an existing object; only some kinds of objects can be replaced. */
function copyOf(file: string, isThere: boolean): string {
  const text = readDefinition(file);
  if (!isThere) return `-- schemas/${file}\n${text}`;
  if (!replaceable.has(kindOf(file))) {
    throw new Error(`${file} is there already: write into the migration by hand what changes`);
  }
  const replacing =
    kindOf(file) === 'policies'
      ? dropPolicies(file.replace('/policies/', '.').replace(/\.sql$/, '')) + text
      : text.replaceAll(/^create (?=function|view)/gm, 'create or replace ');
  return `-- schemas/${file}\n${replacing}`;
}

/** Returns new definitions, and replaceable ones that differ from their newest copy. */
export function listChangedDefinitions(): string[] {
  const newest = new Map<string, string>();
  for (const migration of readMigrations().values()) {
    for (const { definition, text } of partsOf(migration))
      if (definition) newest.set(definition, text.trimEnd());
  }
  return listDefinitions().filter((file) => {
    const copy = newest.get(file);
    if (copy === undefined) return true;
    return (
      replaceable.has(kindOf(file)) &&
      ![false, true].some((isThere) => copyOf(file, isThere).trimEnd() === copy)
    );
  });
}

/** Returns the text of a new migration with copies of definitions, in their order. */
export function composeMigration(heading: string, files: readonly string[]): string {
  const there = new Set([...readMigrations().values()].flatMap(copiesIn));
  const copies = listDefinitions()
    .filter((file) => files.includes(file))
    .map((file) => copyOf(file, there.has(file)));
  return [`-- ${heading}\n`, ...copies].join('\n');
}

/** Copies the definitions into these migrations again. A copy that a later migration replaces stays unchanged. */
export function copyDefinitionsAgain(files: readonly string[]): void {
  const known = new Set(listDefinitions());
  const migrations = [...readMigrations()];
  const copiedIn = (some: typeof migrations) => new Set(some.flatMap(([, text]) => copiesIn(text)));
  for (const [index, [file, migration]] of migrations.entries()) {
    if (!files.includes(file)) continue;
    const there = copiedIn(migrations.slice(0, index));
    const replacedLater = copiedIn(migrations.slice(index + 1));
    const parts = partsOf(migration).map(({ definition, text }) => {
      if (definition === null || !known.has(definition) || replacedLater.has(definition)) return text;
      return copyOf(definition, there.has(definition)).trimEnd() + (/\n*$/.exec(text)?.[0] ?? '');
    });
    fs.writeFileSync(path.join(migrationsFolder, file), parts.join(''));
  }
}
