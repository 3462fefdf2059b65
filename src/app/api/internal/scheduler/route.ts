import { performChores } from '#chores/chores.ts';
import { drainQueue } from '#features/execution/drain-queue.ts';
import { requireCronSecret } from '#auth/cron-secret.ts';
import { jsonAnswer } from '#http/http-answer.ts';
import { machineRoute, type Note, serve } from '#http/machine-route.ts';
import { readPublicAddress } from '#http/public-origin.ts';
import { readPluginHosts, runsWithoutWorker } from '#features/execution/operator-settings.ts';
import * as api from '#features/scheduler/operations.ts';
import { runTick } from '#features/scheduler/run-tick.ts';

/** The time limit of this function on Vercel, in seconds. Tick and drain share it; pg_cron calls again after a minute. */
export const maxDuration = 60;
const drainUntilMs = 45_000;

async function tick({ request, note }: { request: Request; note: Note }) {
  const startedAtMs = performance.now();
  const elapsedMs = () => Math.round(performance.now() - startedAtMs);
  const { due, enqueued, skipped, missed } = await runTick();
  let drained = 0;
  if (runsWithoutWorker()) {
    const allowedHosts = readPluginHosts();
    await performChores({ allowedHosts });
    drained = await drainQueue({
      msMax: drainUntilMs - elapsedMs(),
      publicUrl: readPublicAddress(request.headers),
      allowedHosts,
    });
  }
  const answer = { due, enqueued, skipped, missed, drained, elapsed_ms: elapsedMs() };
  note(answer);
  return jsonAnswer(200, answer);
}

const authorize = (request: Request): void => requireCronSecret(request.headers);

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = machineRoute(
  serve(api.tickByGet, authorize, tick),
  serve(api.tickByPost, authorize, tick),
);
