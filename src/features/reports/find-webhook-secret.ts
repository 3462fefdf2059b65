import { readWebhookSecrets } from '#data/env.ts';
import { unwrap } from '#data/unwrap.ts';
import { ForbiddenError, NotFoundError } from '#domain/errors.ts';
import type { Actor, AdminActor } from '#auth/actor.ts';

/** How a company can report besides API keys. */
export type WebhookSecretState = 'theirs' | 'not-theirs' | 'not-configured';

/** Returns whether the environment's webhook secret reports for this company. */
export async function readWebhookSecretState({ client, tenantId }: Actor): Promise<WebhookSecretState> {
  const owns = unwrap(await client.rpc('owns_webhook_secret', { p_tenant_id: tenantId }));
  if (!owns) return 'not-theirs';
  return readWebhookSecrets().length > 0 ? 'theirs' : 'not-configured';
}

/**
 * Returns the environment's webhook secret, for admins of the company that it reports for.
 * @throws ForbiddenError for any other company, NotFoundError if no secret is set
 */
export async function findWebhookSecret(admin: AdminActor): Promise<string> {
  const state = await readWebhookSecretState(admin);
  if (state === 'not-theirs') throw new ForbiddenError('The secret belongs to another company');
  const [secret] = readWebhookSecrets();
  if (secret === undefined) throw new NotFoundError('No webhook secret is set');
  return secret;
}
