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

// In the form that libraries for Standard Webhooks take.
const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;

/**
 * Makes a plugin of an HTTP service: reads its plugin.json, makes its jobs and schedules, and a secret that the calls to it
 * are signed with. The secret is shown this once.
 * @throws ForbiddenError, InvalidInputError for the address or the manifest, ConflictError when its id is taken
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
  const pluginId = await declarePlugin(client, tenantId, plugin, now);
  return { pluginId, secret: await setSecret(actor, pluginId) };
}

async function setSecret({ client }: AdminActor, pluginId: string): Promise<string> {
  const secret = newSecret();
  unwrapMaybe(await client.rpc('set_plugin_secret', { p_plugin_id: pluginId, p_signing_secret: secret }));
  return secret;
}

/**
 * Replaces the secret that calls to a remote plugin are signed with; the new one is shown this once and used at once.
 * @throws ForbiddenError, NotFoundError
 */
export async function rotatePluginSecret(actor: AdminActor, pluginId: string): Promise<{ secret: string }> {
  const plugin = await getPlugin(actor, pluginId);
  if (plugin.kind !== 'remote') throw new NotFoundError('Plugin not found');
  return { secret: await setSecret(actor, pluginId) };
}

/**
 * Reads a remote plugin's manifest again. Jobs that are new in it are made; those that exist stay as they are.
 * @throws ForbiddenError, NotFoundError, InvalidInputError, ConflictError when the service has become another plugin
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
    throw new ConflictError(`The service says that it is the plugin ${declared.manifest.id} now`);
  }
  await declarePlugin(actor.client, actor.tenantId, declared, now);
}
