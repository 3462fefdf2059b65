import { createServiceClient } from '#data/clients/service.ts';
import { unwrap } from '#data/unwrap.ts';
import { type HttpAnswer, jsonAnswer } from '#features/kit/http-answer.ts';

const answerMsMax = 3_000;
/** Anybody may ask, so the database is asked no more often than this. */
const keptMs = 1_000;

interface Check {
  status: 'ok' | 'unavailable';
  latencyMs: number;
  checkedAtMs: number;
}

let latest: Promise<Check> | undefined;
let latestAtMs = -Infinity;

async function checkDatabase(): Promise<Check> {
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

/** `GET /api/health/ready`: whether the database answers through the Data API, how fast, and how old that fact is. */
export async function answerReadiness(): Promise<HttpAnswer> {
  if (!latest || performance.now() - latestAtMs > keptMs) {
    latestAtMs = performance.now();
    latest = checkDatabase();
  }
  const { status, latencyMs, checkedAtMs } = await latest;
  const checks = {
    database: { status, latency_ms: latencyMs, age_ms: Math.round(performance.now() - checkedAtMs) },
  };
  return status === 'ok'
    ? jsonAnswer(200, { status, checks })
    : jsonAnswer(503, { status, checks }, { 'Retry-After': '5' });
}

/** `GET /api/health`: this process answers; asks nobody else, so that a supervisor does not restart us for the database. */
export async function answerLiveness(): Promise<HttpAnswer> {
  return jsonAnswer(200, { status: 'ok' });
}
