import { unwrap } from '#data/unwrap.ts';
import { NotFoundError } from '#domain/errors.ts';
import type { AdminActor } from '#auth/actor.ts';
import type { ToolInput } from './schemas.ts';

/**
 * Changes a tool of the company's list.
 * @throws NotFoundError, ConflictError (tool_name_is_unique_in_its_tenant)
 */
export async function changeTool(
  { client, tenantId }: AdminActor,
  toolId: string,
  input: ToolInput,
): Promise<void> {
  const changed = unwrap(
    await client.from('tools').update(input).eq('tenant_id', tenantId).eq('id', toolId).select('id'),
  );
  if (changed.length === 0) throw new NotFoundError('No such tool');
}
