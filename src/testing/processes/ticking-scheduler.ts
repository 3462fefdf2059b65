import { setTimeout as sleep } from 'node:timers/promises';
import { runTick } from '#features/scheduler/run-tick.ts';

// A scheduler process with a fast clock: `node ticking-scheduler.ts <start ms> <end ms> <speed> <real start ms>`.
// Clocks of real machines differ, so each process's clock is off by up to two seconds.
const [startMs = 0, endMs = 0, speed = 1, realStartMs = 0] = process.argv.slice(2).map(Number);
const skewMs = Math.round((Math.random() - 0.5) * 4_000);

for (;;) {
  const fakeMs = startMs + (Date.now() - realStartMs) * speed + skewMs;
  try {
    await runTick({ now: new Date(Math.min(fakeMs, endMs)) });
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  }
  if (fakeMs > endMs + 5_000) break;
  await sleep(Math.random() * 60);
}
