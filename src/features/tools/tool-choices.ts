import { unwrap } from '#data/unwrap.ts';
import type { CurrentMember } from '#auth/current-member.ts';

export interface ToolChoice {
  id: string;
  name: string;
}

/** The tools that a list can be narrowed to, by name. A menu of more than a few hundred would help nobody. */
export async function listToolChoices({
  client,
  tenantId,
}: Pick<CurrentMember, 'client' | 'tenantId'>): Promise<ToolChoice[]> {
  return unwrap(
    await client.from('tools').select('id, name').eq('tenant_id', tenantId).order('name').limit(300),
  );
}
