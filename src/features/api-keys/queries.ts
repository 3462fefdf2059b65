import { type ApiKey, apiKeyColumns, toApiKey } from '#data/api-key-row.ts';
import { unwrap } from '#data/unwrap.ts';
import { type ApiKeyState, apiKeyState } from '#domain/api-key-state.ts';
import type { AdminActor } from '#auth/actor.ts';

const listedMax = 200;

/** A key and its state when it was read. */
export interface ListedApiKey extends ApiKey {
  state: ApiKeyState;
}

/** Returns the company's keys, newest first. Old keys stay in the list because reports and audit rows name them. */
export async function listApiKeys({ client, tenantId }: AdminActor): Promise<ListedApiKey[]> {
  const rows = unwrap(
    await client
      .from('api_keys')
      .select(apiKeyColumns)
      .eq('tenant_id', tenantId)
      .order('created_at', { ascending: false })
      .limit(listedMax),
  );
  const now = new Date();
  return rows.map((row) => {
    const key = toApiKey(row);
    return { ...key, state: apiKeyState(key, now) };
  });
}
