import { requireCronSecret } from '#features/kit/cron-secret.ts';
import { jsonAnswer } from '#features/kit/http-answer.ts';
import { type Note, machineRoute } from '#features/kit/machine-route.ts';
import { runTick } from '#features/scheduler/run-tick.ts';

/** Vercel ends a function of the Pro plan after 60 s unless told otherwise; the tick and the drain share this time. */
export const maxDuration = 60;

async function tick(request: Request, note: Note) {
  requireCronSecret(request.headers);
  const startedAtMs = performance.now();
  const { due, enqueued, skipped, missed } = await runTick({ now: new Date() });
  const drained = 0;
  const answer = {
    due,
    enqueued,
    skipped,
    missed,
    drained,
    elapsed_ms: Math.round(performance.now() - startedAtMs),
  };
  note(answer);
  return jsonAnswer(200, answer);
}

/**
 * One tick of the scheduler for pg_cron or Vercel Cron (contracts.md, Internal): `Authorization: Bearer <CRON_SECRET>`. Safe
 * twice at once, late, early, and from two machines. On a serverless host it also executes what is queued (`drained`).
 */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = machineRoute('/api/internal/scheduler', {
  GET: tick,
  POST: tick,
});
