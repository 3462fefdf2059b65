import { readProxySettings } from '#data/env.ts';
import { createServiceClient, type ServiceClient } from '#data/clients/service.ts';
import { notePluginHealth } from '#data/plugin-row.ts';
import { unwrap } from '#data/unwrap.ts';
import { cleanMessage, type Message, OwnError } from '#domain/message.ts';
import { say } from '#domain/portal-messages.ts';
import { createGuardedFetch, type GuardedFetch } from '#plugins/outgoing-request.ts';

const checkedEveryMs = 55_000;
const answerMsMax = 10_000;
const pluginsMax = 200;
const atOnce = 10;
const messageLengthMax = 500;

async function check(
  fetch: GuardedFetch,
  baseUrl: string,
): Promise<{ isHealthy: boolean; message: Message }> {
  try {
    const ask = (path: string) =>
      fetch(`${baseUrl}${path}`, { timeoutMs: answerMsMax, bytesMax: 1_024, redirectsMax: 0 });
    const health = await ask('/health');
    // A service without a health endpoint is healthy if it still returns its manifest.
    const answer = health.status === 404 ? await ask('/plugin.json') : health;
    const isHealthy = answer.status >= 200 && answer.status < 300;
    return { isHealthy, message: say('remote.healthAnswered', { status: answer.status }) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : say('remote.healthUnknown');
    const told = error instanceof OwnError ? error.said : reason;
    return { isHealthy: false, message: cleanMessage(told, (text) => text.slice(0, messageLengthMax)) };
  }
}

/**
 * Checks the health of each remote plugin (`GET <base URL>/health`) and records it. Several workers can do this at
 * once: a plugin checked in the last minute is skipped.
 */
export async function checkRemotePlugins({
  allowedHosts,
  client = createServiceClient(),
  now = new Date(),
}: {
  allowedHosts: readonly string[];
  client?: ServiceClient;
  now?: Date;
}): Promise<void> {
  const before = new Date(now.getTime() - checkedEveryMs).toISOString();
  const rows = unwrap(
    await client
      .from('plugins')
      .select('id, base_url')
      .eq('kind', 'remote')
      .eq('is_enabled', true)
      .or(`health_checked_at.is.null,health_checked_at.lt.${before}`)
      .limit(pluginsMax),
  );
  const fetch = createGuardedFetch({ allowedHosts, proxies: readProxySettings() });
  for (let at = 0; at < rows.length; at += atOnce) {
    await Promise.all(
      rows.slice(at, at + atOnce).map(async ({ id, base_url: baseUrl }) => {
        const { isHealthy, message } = await check(fetch, (baseUrl ?? '').replace(/\/+$/, ''));
        await notePluginHealth(client, id, isHealthy ? 'healthy' : 'unhealthy', message);
      }),
    );
  }
}
