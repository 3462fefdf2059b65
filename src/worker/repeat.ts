/** A task that is done again and again until it is stopped. */
export interface Repeated {
  /** Resolves when the task is not running any more. */
  stop: () => Promise<void>;
}

/**
 * Does a task at once and then every so often, never twice at the same time. A failure is handed over and changes
 * nothing: the next turn comes.
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
