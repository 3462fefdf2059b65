import { createServiceClient } from '#data/clients/service.ts';
import { listHeartbeats, type QueueHealth, readQueueHealth } from '#data/scheduler.ts';
import { unwrap } from '#data/unwrap.ts';
import { type HttpAnswer, jsonAnswer } from '#http/http-answer.ts';

const answerMsMax = 3_000;
/** Anybody may ask, so the database is asked no more often than this. */
const keptMs = 1_000;
/** A tick comes each second from a worker and each minute from pg_cron or Vercel. */
const tickSecondsMax = 150;
const waitingSecondsMax = 300;

interface Check {
  status: 'ok' | 'unavailable';
  latencyMs: number;
  checkedAtMs: number;
  /** Null when they could not be read. */
  tickAgeSeconds: number | null;
  queue: QueueHealth | null;
}

let latest: Promise<Check> | undefined;
let latestAtMs = -Infinity;

async function checkDatabase(): Promise<Pick<Check, 'status' | 'latencyMs' | 'checkedAtMs'>> {
  const startedAtMs = performance.now();
  let status: Check['status'] = 'ok';
  try {
    unwrap(
      await createServiceClient()
        .from('tenants')
        .select('id')
        .limit(1)
        .abortSignal(AbortSignal.timeout(answerMsMax))
        .retry(false),
    );
  } catch {
    status = 'unavailable';
  }
  const checkedAtMs = performance.now();
  return { status, latencyMs: Math.round(checkedAtMs - startedAtMs), checkedAtMs };
}

async function check(): Promise<Check> {
  const database = await checkDatabase();
  if (database.status !== 'ok') return { ...database, tickAgeSeconds: null, queue: null };
  const client = createServiceClient();
  const [heartbeats, queue] = await Promise.allSettled([listHeartbeats(client), readQueueHealth(client)]);
  const scheduler =
    heartbeats.status === 'fulfilled'
      ? heartbeats.value.find(({ process }) => process === 'scheduler')
      : undefined;
  return {
    ...database,
    tickAgeSeconds: scheduler?.ageSeconds ?? null,
    queue: queue.status === 'fulfilled' ? queue.value : null,
  };
}

const statusOf = (seconds: number | null, secondsMax: number): 'ok' | 'late' | 'unknown' =>
  seconds === null ? 'unknown' : seconds <= secondsMax ? 'ok' : 'late';
const inMs = (seconds: number | null): number | null =>
  seconds === null ? null : Math.round(seconds * 1000);

/**
 * `GET /api/health/ready`: whether the database answers through the Data API and how fast; when the scheduler last ticked and
 * how long the queue's oldest run has waited, each with its age. Only the database decides the status: a portal without a
 * scheduler still takes reports, and no balancer should take it away.
 */
export async function answerReadiness(): Promise<HttpAnswer> {
  if (!latest || performance.now() - latestAtMs > keptMs) {
    latestAtMs = performance.now();
    latest = check();
  }
  const { status, latencyMs, checkedAtMs, tickAgeSeconds, queue } = await latest;
  const database = {
    status,
    latency_ms: latencyMs,
    age_ms: Math.round(performance.now() - checkedAtMs),
  };
  if (status !== 'ok') return jsonAnswer(503, { status, checks: { database } }, { 'Retry-After': '5' });
  const waitingSeconds = queue?.oldestWaitingSeconds ?? null;
  return jsonAnswer(200, {
    status,
    checks: {
      database,
      scheduler: { status: statusOf(tickAgeSeconds, tickSecondsMax), age_ms: inMs(tickAgeSeconds) },
      queue: {
        status: statusOf(waitingSeconds, waitingSecondsMax),
        age_ms: inMs(waitingSeconds),
        waiting: queue?.waitingCount ?? null,
      },
    },
  });
}

/** `GET /api/health`: this process answers; asks nobody else, so that a supervisor does not restart us for the database. */
export async function answerLiveness(): Promise<HttpAnswer> {
  return jsonAnswer(200, { status: 'ok' });
}
