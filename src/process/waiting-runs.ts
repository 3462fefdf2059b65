import { channel } from 'node:diagnostics_channel';

// Known to the whole process by its name: a verb in the bundle of a page and the server around it meet here.
const enqueued = channel('tc-portal.runs-enqueued');

/** Says that runs were put on the queue, after their commit. Whoever does not hear it finds them by polling. */
export function announceRuns(): void {
  enqueued.publish(null);
}

/** Calls the listener whenever this process has put runs on the queue. */
export function onRunsAnnounced(listener: () => void): void {
  enqueued.subscribe(listener);
}
