import { createServiceClient } from '#data/clients/service.ts';
import { readPortalHealth } from '#data/portal-health.ts';
import { type PortalHealth, tickAgeSecondsMax } from '#domain/portal-health.ts';
import type { getHealth, getPortalHealth } from './operations.ts';
import { jsonAnswer } from '#http/http-answer.ts';
import type { AnswerOf } from '#http/operation.ts';

const answerMsMax = 3_000;
/** Anybody may ask, so the database is asked no more often than this. */
const keptMs = 1_000;
const waitingSecondsMax = 300;

interface Reading {
  /** Null: the database did not answer. */
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
    // The answer says that the database is away; anybody may ask, so it does not say why.
  }
  const readAtMs = performance.now();
  return { health, latencyMs: Math.round(readAtMs - startedAtMs), readAtMs };
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
  return jsonAnswer(200, {
    status,
    checks: {
      database,
      scheduler: { status: statusOf(tickAgeSeconds, tickAgeSecondsMax), age_ms: inMs(tickAgeSeconds) },
      queue: {
        status: statusOf(queue.oldestWaitingSeconds, waitingSecondsMax),
        age_ms: inMs(queue.oldestWaitingSeconds),
        waiting: queue.waitingCount,
      },
    },
  });
}

/** `GET /api/health`: this process answers; asks nobody else, so that a supervisor does not restart us for the database. */
export async function answerLive(): Promise<AnswerOf<typeof getHealth>> {
  return jsonAnswer(200, { status: 'ok' });
}
