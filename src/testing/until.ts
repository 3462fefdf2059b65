import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits for a condition instead of a fixed time, long enough for a busy machine. Returns the result; the timeout error
 * shows the last one.
 */
export async function until<T>(
  look: () => T | Promise<T>,
  isDone: (found: T) => boolean = Boolean,
  msMax = 60_000,
): Promise<T> {
  const end = performance.now() + msMax;
  for (;;) {
    const found = await look();
    if (isDone(found)) return found;
    if (performance.now() > end)
      throw new Error(`Waited ${msMax} ms in vain; last seen: ${JSON.stringify(found)}`);
    await sleep(20);
  }
}
