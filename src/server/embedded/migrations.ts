import fs from 'node:fs';
import path from 'node:path';
import postgres from 'postgres';
import { isDiskFull, StartProblem } from '#server/start-problem.ts';

// Any number that no other lock uses.
const lockNumber = 7_203_114_902;

interface Migration {
  readonly version: string;
  readonly name: string;
  readonly file: string;
}

/** Lists the migrations in a folder, oldest first. Skips the files that the Supabase CLI skips. */
function listMigrations(folder: string): Migration[] {
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder)
    .sort()
    .flatMap((file) => {
      const match = /^(\d+)_(.*)\.sql$/.exec(file);
      return match ? [{ version: match[1]!, name: match[2]!, file: path.join(folder, file) }] : [];
    });
}

/** The line that PostgreSQL names, if any. It counts characters, some of which are two units of a JavaScript string. */
function lineOf(error: unknown, text: string): number | null {
  const position = error instanceof postgres.PostgresError ? Number(error.position ?? 0) : 0;
  return position > 0
    ? [...text].slice(0, position - 1).filter((character) => character === '\n').length + 1
    : null;
}

function describe(error: unknown, migration: Migration, text: string): StartProblem {
  const reason = error instanceof Error ? error.message : String(error);
  const file = path.basename(migration.file);
  const line = lineOf(error, text);
  return new StartProblem(
    `The migration ${file} failed${line ? ` at line ${line}` : ''} and was rolled back: ${reason}`,
    `マイグレーション ${file} が${line ? ` ${line} 行目で` : ''}失敗し、変更は取り消されました。`,
  );
}

/** Explains what to do if the database has migrations that this version of the portal does not have. */
function explainUnknown(unknown: readonly string[], newest: string, dataFolder: string): StartProblem {
  return unknown.some((version) => version > newest)
    ? new StartProblem(
        `The database in ${dataFolder} was last used by a newer version of the portal: start that version, or restore a backup from before the update.`,
        `${dataFolder} のデータベースは、より新しいバージョンのポータルで使用されました。そのバージョンで起動するか、更新前のバックアップから復元してください。`,
      )
    : new StartProblem(
        `The database in ${dataFolder} was created before version 0.1.0, the first that can be upgraded: move the folder away to start with an empty database.`,
        `${dataFolder} のデータベースは、更新に対応していない 0.1.0 より前のバージョンで作成されました。フォルダーを移動して、空の状態から始めてください。`,
      );
}

/**
 * Applies missing migrations, each file in one transaction, and keeps the same record as `supabase db push`, so that
 * either can continue where the other stopped. Returns the versions that it applied.
 */
export async function applyMigrations(url: string, folder: string, dataFolder: string): Promise<string[]> {
  const migrations = listMigrations(folder);
  const sql = postgres(url, { max: 1, onnotice: () => {}, connect_timeout: 10 });
  const applied: string[] = [];
  try {
    await sql`select pg_advisory_lock(${lockNumber})`;
    await sql.unsafe(`
      create schema if not exists supabase_migrations;
      create table if not exists supabase_migrations.schema_migrations (version text not null primary key);
      alter table supabase_migrations.schema_migrations add column if not exists statements text[];
      alter table supabase_migrations.schema_migrations add column if not exists name text;
    `);
    const rows = await sql<{ version: string }[]>`select version from supabase_migrations.schema_migrations`;
    const known = new Set(rows.map((row) => row.version));
    const ours = new Set(migrations.map(({ version }) => version));
    const unknown = [...known].filter((version) => !ours.has(version));
    if (unknown.length > 0) throw explainUnknown(unknown, migrations.at(-1)?.version ?? '', dataFolder);
    for (const migration of migrations) {
      if (known.has(migration.version)) continue;
      const text = fs.readFileSync(migration.file, 'utf8').replace(/^\uFEFF/, '');
      await sql.begin(async (transaction) => {
        await transaction.unsafe(text).catch((error: unknown) => {
          throw isDiskFull(error) ? error : describe(error, migration, text);
        });
        await transaction`
          insert into supabase_migrations.schema_migrations (version, name, statements)
          values (${migration.version}, ${migration.name}, ${[text]})`;
      });
      applied.push(migration.version);
    }
    return applied;
  } finally {
    await sql.end({ timeout: 5 });
  }
}
