import { randomBytes } from 'node:crypto';
import { readAllowedHosts, readProxySettings } from '#data/env.ts';
import { declarePlugin } from '#data/plugin-row.ts';
import { unwrapMaybe } from '#data/unwrap.ts';
import { ConflictError, NotFoundError } from '#domain/errors.ts';
import type { AdminActor } from '#auth/actor.ts';
import { fetchManifest } from '#features/plugins/fetch-manifest.ts';
import { getPlugin } from '#features/plugins/queries.ts';
import { createGuardedFetch, type GuardedFetch } from '#plugins/outgoing-request.ts';

interface Surroundings {
  now?: Date;
  fetch?: GuardedFetch;
}

const outgoing = (): GuardedFetch =>
  createGuardedFetch({ allowedHosts: readAllowedHosts(), proxies: readProxySettings() });

// In the form that Standard Webhooks libraries expect.
const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;

/**
 * Adds an HTTP service as a plugin: reads its plugin.json, creates its jobs and schedules, and a secret that signs the
 * calls to it. The secret is shown only once.
 * @throws ForbiddenError, InvalidInputError for the URL or the manifest, ConflictError if its id is taken
 */
export async function registerRemotePlugin(
  actor: AdminActor,
  baseUrl: string,
  { now = new Date(), fetch = outgoing() }: Surroundings = {},
): Promise<{ pluginId: string; secret: string }> {
  const { client, tenantId, timeZone } = actor;
  const plugin = await fetchManifest(baseUrl, { fetch, now, defaultTimeZone: timeZone });
  const existing = unwrapMaybe(
    await client
      .from('plugins')
      .select('id')
      .eq('tenant_id', tenantId)
      .eq('plugin_key', plugin.manifest.id)
      .maybeSingle(),
  );
  if (existing) {
    throw new ConflictError('A plugin with this id exists already', 'plugin_key_is_unique_in_its_tenant');
  }
  const pluginId = await declarePlugin(client, tenantId, plugin);
  return { pluginId, secret: await setSecret(actor, pluginId) };
}

async function setSecret({ client }: AdminActor, pluginId: string): Promise<string> {
  const secret = newSecret();
  unwrapMaybe(await client.rpc('set_plugin_secret', { p_plugin_id: pluginId, p_signing_secret: secret }));
  return secret;
}

/**
 * Replaces the secret that signs calls to a remote plugin. The new one is used at once and shown only once.
 * @throws ForbiddenError, NotFoundError
 */
export async function rotatePluginSecret(actor: AdminActor, pluginId: string): Promise<{ secret: string }> {
  const plugin = await getPlugin(actor, pluginId);
  if (plugin.kind !== 'remote') throw new NotFoundError('Plugin not found');
  return { secret: await setSecret(actor, pluginId) };
}

/**
 * Reads a remote plugin's manifest again and creates its new jobs; existing jobs stay unchanged.
 * @throws ForbiddenError, NotFoundError, InvalidInputError, ConflictError if the service is now another plugin
 */
export async function refreshRemotePlugin(
  actor: AdminActor,
  pluginId: string,
  { now = new Date(), fetch = outgoing() }: Surroundings = {},
): Promise<void> {
  const plugin = await getPlugin(actor, pluginId);
  if (plugin.baseUrl === null) throw new NotFoundError('Plugin not found');
  const declared = await fetchManifest(plugin.baseUrl, { fetch, now, defaultTimeZone: actor.timeZone });
  if (declared.manifest.id !== plugin.pluginKey) {
    throw new ConflictError(`The service is now the plugin ${declared.manifest.id}`);
  }
  await declarePlugin(actor.client, actor.tenantId, declared);
}
