import { unwrap } from '#data/unwrap.ts';
import type { Actor } from '#auth/actor.ts';

export interface ToolChoice {
  id: string;
  name: string;
}

/** Returns the tools that a list can be filtered by, ordered by name. A menu of more than a few hundred would be useless. */
export async function listToolChoices({ client, tenantId }: Actor): Promise<ToolChoice[]> {
  return unwrap(
    await client.from('tools').select('id, name').eq('tenant_id', tenantId).order('name').limit(300),
  );
}
