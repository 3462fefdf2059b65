/**
 * Ties this process to the supervisor that started it: runs `stop` once, when the supervisor asks for it or has ended.
 * Ctrl-C reaches every process of a terminal, but only the supervisor knows the order, so it is ignored here.
 * @param msMax how long `stop` may take before the process ends without it
 */
export function obeyParent(stop: () => Promise<void>, msMax = 10_000): void {
  let stopping = false;
  const end = (): void => {
    if (stopping) return;
    stopping = true;
    const patience = setTimeout(() => process.exit(1), msMax);
    patience.unref();
    void stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  if (process.send) {
    for (const name of ['SIGINT', 'SIGHUP'] as const) process.on(name, () => {});
    process.on('disconnect', end);
    process.on('message', (message) => {
      if (message === 'stop') end();
    });
    // The supervisor may have ended before these listeners existed.
    if (!process.connected) end();
  } else {
    process.on('SIGINT', end);
  }
  process.on('SIGTERM', end);
}

/** Sent by a process that has queued runs and passed on to the worker, which then does not wait for its next poll. */
export const runsWaiting = 'runs-waiting';

/** Sends a message to the supervisor, if there is one. */
export function tellParent(message: typeof runsWaiting): void {
  if (process.connected) process.send?.(message);
}

/** Calls the listener whenever the supervisor sends this message. */
export function onParentSays(expected: typeof runsWaiting, listener: () => void): void {
  process.on('message', (message) => {
    if (message === expected) listener();
  });
}

/** Tells the supervisor that this process is ready. */
export function reportReady(): void {
  process.send?.('ready');
}
