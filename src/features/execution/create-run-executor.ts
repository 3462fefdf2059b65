import { createServiceClient } from '#data/clients/service.ts';
import { readProxySettings } from '#data/env.ts';
import { readPortalHealth } from '#data/portal-health.ts';
import { type ExecutorSettings, RunExecutor } from '#features/execution/run-executor.ts';
import type { BuiltInPlugin, OperatorSettings } from '#plugins/contract.ts';
import { builtInPlugins } from '#plugins/index.ts';
import { createGuardedFetch } from '#plugins/outgoing-request.ts';

/**
 * An executor on the portal's database with the built-in plugins.
 * @param plugins others in their place, for tests
 * @throws ConfigurationError when a setting of the database is missing
 */
export function createRunExecutor(
  settings: ExecutorSettings,
  operator: OperatorSettings,
  plugins: Readonly<Record<string, BuiltInPlugin>> = builtInPlugins,
): RunExecutor {
  const client = createServiceClient();
  return new RunExecutor(client, settings, {
    plugins,
    operator,
    fetch: createGuardedFetch({ allowedHosts: operator.allowedHosts, proxies: readProxySettings() }),
    readPortalHealth: () => readPortalHealth(client),
  });
}
