import { type Columns, insertRow } from '#testing/database/insert-row.ts';

/** Creates a built-in plugin of a company, and returns its id. */
export function makePlugin(tenantId: string, columns: Columns<'plugins'> = {}): Promise<string> {
  return insertRow('plugins', {
    tenant_id: tenantId,
    plugin_key: 'demo',
    name: 'Demo',
    kind: 'built_in',
    manifest: {},
    ...columns,
  });
}
