/** A task that repeats until it is stopped. */
export interface Repeated {
  /** Resolves when the task is no longer running. */
  stop: () => Promise<void>;
}

/**
 * Runs a task at once and then at an interval, never twice at the same time. After a failure it calls `onFailure` and
 * continues with the next turn.
 */
export function repeat(
  everyMs: number,
  task: () => Promise<unknown>,
  onFailure: (error: unknown) => void,
): Repeated {
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const turn = (): void => {
    const startedAtMs = performance.now();
    running = task()
      .catch(onFailure)
      .then(() => {
        if (isStopped) return;
        timer = setTimeout(turn, Math.max(0, everyMs - (performance.now() - startedAtMs)));
      });
  };
  turn();
  return {
    stop: async () => {
      isStopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
