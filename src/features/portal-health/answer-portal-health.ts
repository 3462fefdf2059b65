import { createServiceClient } from '#data/clients/service.ts';
import { readPortalHealth } from '#data/portal-health.ts';
import { countLiveWorkers, type PortalHealth, tickAgeSecondsMax } from '#domain/portal-health.ts';
import type { getHealth, getPortalHealth } from './operations.ts';
import { jsonAnswer } from '#http/http-answer.ts';
import type { AnswerOf } from '#http/operation.ts';

const answerMsMax = 3_000;
/** This route is public, so it queries the database at most this often. */
const keptMs = 1_000;
/** A run that could start does so within two seconds while workers have free slots; this allows for short peaks. */
const waitingSecondsMax = 60;

interface Reading {
  /** Null: the database did not respond. */
  health: PortalHealth | null;
  latencyMs: number;
  readAtMs: number;
}

let latest: Promise<Reading> | undefined;
let latestAtMs = -Infinity;

async function read(): Promise<Reading> {
  const startedAtMs = performance.now();
  let health: PortalHealth | null = null;
  try {
    health = await readPortalHealth(createServiceClient(), { msMax: answerMsMax });
  } catch {
    // The response says that the database is unavailable, but not why, because the route is public.
  }
  const readAtMs = performance.now();
  return { health, latencyMs: Math.round(readAtMs - startedAtMs), readAtMs };
}

const statusOf = (seconds: number | null, secondsMax: number): 'ok' | 'late' | 'unknown' =>
  seconds === null ? 'unknown' : seconds <= secondsMax ? 'ok' : 'late';
const inMs = (seconds: number | null): number | null =>
  seconds === null ? null : Math.round(seconds * 1000);

/**
 * `GET /api/health/ready`: the database's latency through the Data API, the ages of the last tick and of the oldest run that
 * could start but waits, and the live workers. Only the database decides the status: a portal without a scheduler still accepts
 * reports, so a load balancer should keep it.
 */
export async function answerReady(): Promise<AnswerOf<typeof getPortalHealth>> {
  if (!latest || performance.now() - latestAtMs > keptMs) {
    latestAtMs = performance.now();
    latest = read();
  }
  const { health, latencyMs, readAtMs } = await latest;
  const status: 'ok' | 'unavailable' = health ? 'ok' : 'unavailable';
  const database = {
    status,
    latency_ms: latencyMs,
    age_ms: Math.round(performance.now() - readAtMs),
  };
  if (!health) return jsonAnswer(503, { status, checks: { database } }, { 'Retry-After': '5' });
  const { tickAgeSeconds, queue } = health;
  const live = countLiveWorkers(health);
  return jsonAnswer(200, {
    status,
    checks: {
      database,
      scheduler: { status: statusOf(tickAgeSeconds, tickAgeSecondsMax), age_ms: inMs(tickAgeSeconds) },
      queue: {
        status:
          queue.withoutWorkerCount > 0 ? 'late' : statusOf(queue.oldestWaitingSeconds, waitingSecondsMax),
        age_ms: inMs(queue.oldestWaitingSeconds),
        waiting: queue.waitingCount,
        jobs_without_worker: queue.withoutWorkerCount,
      },
      workers: { status: live > 0 ? 'ok' : 'none', live },
    },
  });
}

/**
 * `GET /api/health`: this process responds. It does not check the database, so that a supervisor does not restart the
 * portal for it.
 */
export async function answerLive(): Promise<AnswerOf<typeof getHealth>> {
  return jsonAnswer(200, { status: 'ok' });
}
