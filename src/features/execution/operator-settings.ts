import { isServerless, readAllowedHosts } from '#data/env.ts';

/** Whether no worker lives beside this portal, so that a tick has to execute what it queues. */
export function runsWithoutWorker(): boolean {
  return isServerless();
}

/** Hosts that the operator lets plugins call although they are private. */
export function readPluginHosts(): string[] {
  return readAllowedHosts();
}
