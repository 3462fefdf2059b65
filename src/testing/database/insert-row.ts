import type { Database } from '#data/database.types.ts';
import { sql } from '#testing/database/clients.ts';

type Tables = Database['public']['Tables'];

/** What a test decides about a row; the factory of its table fills in the rest. */
export type Columns<Table extends keyof Tables> = {
  [Column in keyof Tables[Table]['Insert']]?: Tables[Table]['Insert'][Column] | Date;
};

/** Puts a row in a table that has ids, and answers with its id. */
export async function insertRow<Table extends keyof Tables>(
  table: Table,
  columns: Columns<Table>,
): Promise<string> {
  const [row] = await sql<{ id: string }[]>`
    insert into public.${sql(table as string)} ${sql(columns as Record<string, never>)} returning id`;
  return row!.id;
}
