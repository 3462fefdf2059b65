import { unwrap } from '#data/unwrap.ts';
import { NotFoundError } from '#domain/errors.ts';
import type { AdminActor } from '#auth/actor.ts';

/**
 * Deletes a tool from the company's list; its jobs stay, without a tool.
 * @throws NotFoundError
 */
export async function deleteTool({ client, tenantId }: AdminActor, toolId: string): Promise<void> {
  const deleted = unwrap(
    await client.from('tools').delete().eq('tenant_id', tenantId).eq('id', toolId).select('id'),
  );
  if (deleted.length === 0) throw new NotFoundError('No such tool');
}
