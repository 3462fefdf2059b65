import type { Database } from '#data/database.types.ts';
import { sql } from '#testing/database/clients.ts';

type Tables = Database['public']['Tables'];

/** What a test sets in a row; the table's factory fills in the rest. */
export type Columns<Table extends keyof Tables> = {
  [Column in keyof Tables[Table]['Insert']]?: Tables[Table]['Insert'][Column] | Date;
};

/** Inserts a row into a table with ids, and returns its id. */
export async function insertRow<Table extends keyof Tables>(
  table: Table,
  columns: Columns<Table>,
): Promise<string> {
  const [row] = await sql<{ id: string }[]>`
    insert into public.${sql(table as string)} ${sql(columns as Record<string, never>)} returning id`;
  return row!.id;
}
