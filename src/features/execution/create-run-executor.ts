import { createServiceClient } from '#data/clients/service.ts';
import { readProxySettings } from '#data/env.ts';
import { readPortalHealth } from '#data/portal-health.ts';
import { type ExecutorSettings, RunExecutor } from '#features/execution/run-executor.ts';
import type { BuiltInPlugin, OperatorSettings } from '#plugins/contract.ts';
import { builtInPlugins } from '#plugins/index.ts';
import { createGuardedFetch } from '#plugins/outgoing-request.ts';

/**
 * Creates an executor for the portal's database and the built-in plugins.
 * @param plugins replacements for the built-in plugins, for tests
 * @throws ConfigurationError if a database setting is missing
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
