import type { Tables } from '#data/database.types.ts';

export const toolColumns = 'id, name, description, url' as const;

/** An entry of the company's tool list. */
export interface Tool {
  id: string;
  name: string;
  description: string;
  url: string | null;
}

/** Reads a row of tools. */
export function toTool(row: Pick<Tables<'tools'>, 'id' | 'name' | 'description' | 'url'>): Tool {
  return { id: row.id, name: row.name, description: row.description, url: row.url };
}
