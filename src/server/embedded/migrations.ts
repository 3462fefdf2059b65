import fs from 'node:fs';
import path from 'node:path';
import postgres from 'postgres';
import { isDiskFull, StartProblem } from '#server/start-problem.ts';
import { splitStatements } from '#server/embedded/sql-statements.ts';

// Any number will do, as long as nobody else uses it.
const lockNumber = 7_203_114_902;

interface Migration {
  readonly version: string;
  readonly name: string;
  readonly file: string;
}

/** The migrations in a folder, oldest first. Files that the Supabase CLI would skip are skipped here too. */
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

function describe(error: unknown, migration: Migration, line: number, number: number): StartProblem {
  const reason = error instanceof Error ? error.message : String(error);
  const place = `${path.basename(migration.file)}, line ${line} (statement ${number})`;
  return new StartProblem(
    `The migration ${place} failed, and nothing of it was kept: ${reason}`,
    `マイグレーション ${place} に失敗しました (変更は取り消されました)。`,
  );
}

/**
 * Applies what is missing, each file in one transaction, and keeps the same record as `supabase db push`, so that
 * either of the two can go on where the other stopped. Answers with the versions that it applied.
 */
export async function applyMigrations(url: string, folder: string): Promise<string[]> {
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
    for (const migration of listMigrations(folder)) {
      if (known.has(migration.version)) continue;
      const statements = splitStatements(fs.readFileSync(migration.file, 'utf8').replace(/^\uFEFF/, ''));
      await sql.begin(async (transaction) => {
        for (const [index, { text, line }] of statements.entries()) {
          await transaction.unsafe(text).catch((error: unknown) => {
            throw isDiskFull(error) ? error : describe(error, migration, line, index + 1);
          });
        }
        await transaction`
          insert into supabase_migrations.schema_migrations (version, name, statements)
          values (${migration.version}, ${migration.name}, ${statements.map(({ text }) => text)})`;
      });
      applied.push(migration.version);
    }
    return applied;
  } finally {
    await sql.end({ timeout: 5 });
  }
}
