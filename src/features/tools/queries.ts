import { type Tool, toolColumns, toTool } from '#data/tool-row.ts';
import { unwrap } from '#data/unwrap.ts';
import type { Actor } from '#auth/actor.ts';

const listedMax = 500;

/** Returns the company's tools, by name. */
export async function listTools({ client, tenantId }: Actor): Promise<Tool[]> {
  const rows = unwrap(
    await client
      .from('tools')
      .select(toolColumns)
      .eq('tenant_id', tenantId)
      .order('name')
      .order('id')
      .limit(listedMax),
  );
  return rows.map(toTool);
}
