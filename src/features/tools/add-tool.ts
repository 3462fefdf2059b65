import { unwrap } from '#data/unwrap.ts';
import type { AdminActor } from '#auth/actor.ts';
import type { ToolInput } from './schemas.ts';

/**
 * Adds a tool to the company's list.
 * @throws ConflictError (tool_name_is_unique_in_its_tenant)
 */
export async function addTool({ client, tenantId }: AdminActor, input: ToolInput): Promise<{ id: string }> {
  return unwrap(
    await client
      .from('tools')
      .insert({ ...input, tenant_id: tenantId })
      .select('id')
      .single(),
  );
}
