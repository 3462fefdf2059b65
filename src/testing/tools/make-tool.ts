import { randomUUID } from 'node:crypto';
import { insertRow } from '#testing/database/insert-row.ts';

/** Creates a tool of a company, and returns its id. */
export function makeTool(tenantId: string, name: string = randomUUID()): Promise<string> {
  return insertRow('tools', { tenant_id: tenantId, name });
}
