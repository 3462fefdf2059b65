import { channel } from 'node:diagnostics_channel';

// The whole process shares this channel by its name: it connects verbs in Next's page bundles with the server.
const enqueued = channel('tc-portal.runs-enqueued');

/** Announces that runs were queued, after their commit. Workers that miss it find the runs by polling. */
export function announceRuns(): void {
  enqueued.publish(null);
}

/** Calls the listener whenever this process has queued runs. */
export function onRunsAnnounced(listener: () => void): void {
  enqueued.subscribe(listener);
}
