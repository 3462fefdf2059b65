import { isServerless, readAllowedHosts } from '#data/env.ts';

/** Whether this portal has no worker, so that a tick must also execute the runs it queues. */
export function runsWithoutWorker(): boolean {
  return isServerless();
}

/** Private hosts that the operator allows plugins to call. */
export function readPluginHosts(): string[] {
  return readAllowedHosts();
}
