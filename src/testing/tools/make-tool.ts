import { randomUUID } from 'node:crypto';
import { insertRow } from '#testing/database/insert-row.ts';

/** An entry of a company's list of tools. Answers with its id. */
export function makeTool(tenantId: string, name: string = randomUUID()): Promise<string> {
  return insertRow('tools', { tenant_id: tenantId, name });
}
