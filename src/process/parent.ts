/**
 * Ties this process to the supervisor that started it: `stop` runs once, when the supervisor says so or is gone.
 * Ctrl-C reaches every process of a terminal, but only the supervisor knows the order, so it is ignored here.
 */
export function obeyParent(stop: () => Promise<void>): void {
  let stopping = false;
  const end = (): void => {
    if (stopping) return;
    stopping = true;
    const patience = setTimeout(() => process.exit(1), 10_000);
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
  } else {
    process.on('SIGINT', end);
  }
  process.on('SIGTERM', end);
}

/** Tells the supervisor that this process does its work from now on. */
export function reportReady(): void {
  process.send?.('ready');
}
