import { beforeEach, describe, expect, it } from 'vitest';
import {
  claimRuns,
  extendLeases,
  findOpenAttempt,
  finishAttempts,
  notePluginProgress,
} from '#data/run-queue.ts';
import type { ClaimedRun } from '#data/run-queue.ts';
import { leaseSeconds } from '#domain/limits.ts';
import { failed, type Outcome, retryAfter, snoozed } from '#domain/run/outcome.ts';
import { resultOf } from '#features/execution/attempt-result.ts';
import { reapLostRuns } from '#features/execution/reap-lost-runs.ts';
import { serviceClient, sql } from '#testing/database/clients.ts';
import { makePluginJob } from '#testing/plugins/make-plugin-job.ts';
import { forgetRuns } from '#testing/runs/forget-runs.ts';
import { readTestRun } from '#testing/runs/read-run.ts';
import { startTestRun } from '#testing/runs/start-runs.ts';
import { makeTenant, type TestTenant } from '#testing/tenants/make-tenant.ts';

const timeoutSeconds = 60;
const signal = () => AbortSignal.timeout(10_000);
let tenant: TestTenant;
let runId = '';

beforeEach(async () => {
  tenant = await makeTenant();
  await forgetRuns();
  const { jobId } = await makePluginJob(tenant.id, {
    pluginKey: 'endless',
    name: 'job',
    timeoutSeconds,
    maxAttempts: 3,
  });
  runId = await startTestRun(jobId);
});

/** Lets time pass for the run, and for its message. */
async function pass(seconds: number): Promise<void> {
  await sql`
    update public.runs
    set
      received_at = received_at - make_interval(secs => ${seconds}),
      next_attempt_at = next_attempt_at - make_interval(secs => ${seconds}),
      lease_expires_at = lease_expires_at - make_interval(secs => ${seconds}),
      deadline_at = deadline_at - make_interval(secs => ${seconds})
    where id = ${runId}`;
  await sql`update pgmq.q_runs_high set vt = vt - make_interval(secs => ${seconds})`;
}

let held: ClaimedRun | undefined;

async function claim(): Promise<ClaimedRun | undefined> {
  const options = { workerId: 'worker', quantity: 1, leaseSeconds };
  const [run] = await claimRuns(serviceClient(), options, signal());
  held = run ?? held;
  return run;
}

async function endWith(outcome: Outcome): Promise<void> {
  const run = await claim();
  if (!run) return;
  const result = resultOf(run, outcome, { now: new Date(), random: 0.5, secrets: [] });
  await finishAttempts(serviceClient(), [result], signal());
}

const release = async () => {
  const run = await claim();
  if (!run) return;
  const { attemptToken } = run;
  await finishAttempts(
    serviceClient(),
    [{ runId, attemptToken, state: 'pending', attemptOutcome: 'released', delaySeconds: 0 }],
    signal(),
  );
};

const beat = async (seconds: number) => {
  await claim();
  if (held) await extendLeases(serviceClient(), [held], seconds, signal());
};

interface Way {
  /** What somebody does again and again. */
  again: () => Promise<unknown>;
  secondsPerStep: number;
  stepsMax: number;
  end: { state: string; code?: string };
}

/** Every way in which somebody could keep a run from ending. */
const ways: Record<string, Way> = {
  'a plugin reports progress after its worker died': {
    again: async () => {
      await claim();
      if (held && (await findOpenAttempt(serviceClient(), runId, held.attemptToken))) {
        const attempt = { ...held, progress: { done: 1, total: null, note: null } };
        await notePluginProgress(serviceClient(), attempt, leaseSeconds, signal());
      }
    },
    secondsPerStep: 20,
    stepsMax: 40,
    end: { state: 'failed', code: 'run.timedOut' },
  },
  'a worker extends its lease but never ends the attempt': {
    again: () => beat(leaseSeconds),
    secondsPerStep: 20,
    stepsMax: 40,
    end: { state: 'failed', code: 'run.timedOut' },
  },
  'a worker with a strange clock asks for leases of an hour': {
    again: () => beat(3_600),
    secondsPerStep: 600,
    stepsMax: 60,
    end: { state: 'failed', code: 'run.timedOut' },
  },
  'a plugin ignores that it was asked to cancel': {
    again: async () => {
      await beat(leaseSeconds);
      await sql`update public.runs set cancel_requested_at = now() where id = ${runId} and state = 'running'`;
    },
    secondsPerStep: 20,
    stepsMax: 20,
    end: { state: 'canceled' },
  },
  'every worker dies': {
    again: claim,
    secondsPerStep: leaseSeconds + 11,
    stepsMax: 20,
    end: { state: 'failed', code: 'run.workerLost' },
  },
  'every worker dies, and every message is lost': {
    again: async () => {
      await claim();
      await sql`delete from pgmq.q_runs_high`;
    },
    secondsPerStep: leaseSeconds + 11,
    stepsMax: 20,
    end: { state: 'failed', code: 'run.workerLost' },
  },
  'every worker stops and gives it back': {
    again: release,
    secondsPerStep: 1,
    stepsMax: 120,
    end: { state: 'failed', code: 'run.tooManyReleases' },
  },
  'it is postponed': {
    again: () => endWith(snoozed(86_400)),
    secondsPerStep: 90_000,
    stepsMax: 120,
    end: { state: 'failed', code: 'run.tooManySnoozes' },
  },
  'its server always asks to come back later': {
    again: () => endWith(retryAfter(1e12, new Error('busy'))),
    secondsPerStep: 90_000,
    stepsMax: 10,
    end: { state: 'failed' },
  },
  'every attempt fails': {
    again: () => endWith(failed(new Error('no'))),
    secondsPerStep: 90_000,
    stepsMax: 10,
    end: { state: 'failed' },
  },
  'no worker has its plugin': {
    again: async () => {
      await sql`
        insert into private.heartbeats (process, beat_at, details) values ('worker:other', now(), '{"handlers": {}}')
        on conflict (process) do update set beat_at = excluded.beat_at`;
      const none = { workerId: 'other', quantity: 1, leaseSeconds, handlers: {} };
      expect(await claimRuns(serviceClient(), none, signal())).toEqual([]);
    },
    secondsPerStep: 600,
    stepsMax: 10,
    end: { state: 'failed', code: 'run.noWorker' },
  },
};

describe('a run ends in bounded time [rule 31: every run ends] [rule 43: time-outs outlive workers]', () => {
  it.each(Object.entries(ways))('although %s', async (_way, { again, secondsPerStep, stepsMax, end }) => {
    held = undefined;
    await sql`delete from private.heartbeats`;
    for (let step = 0; step < stepsMax; step += 1) {
      await again();
      await pass(secondsPerStep);
      await reapLostRuns();
      if (!['pending', 'running'].includes((await readTestRun(runId)).state)) break;
    }
    const run = await readTestRun(runId);
    expect(run.state).toBe(end.state);
    if (end.code) expect(run.error).toMatchObject({ code: end.code });
    // And nothing that arrives later changes it.
    const late = held as ClaimedRun | undefined;
    if (late) {
      const { attemptToken } = late;
      const result = { runId, attemptToken, state: 'success', attemptOutcome: 'success' } as const;
      expect(await finishAttempts(serviceClient(), [result], signal())).toEqual([]);
    }
  });
});

it.each([
  ['its worker has died', -1],
  ['its worker still holds it', 20],
])(
  'a report after the deadline ends the attempt by its time-out, although %s [rule 43: time-outs outlive workers]',
  async (_worker, leaseSecondsLeft) => {
    const { attemptToken } = (await claim())!;
    expect(await findOpenAttempt(serviceClient(), runId, attemptToken)).not.toBeNull();
    await pass(timeoutSeconds);
    await sql`update public.runs set lease_expires_at = now() + make_interval(secs => ${leaseSecondsLeft}) where id = ${runId}`;
    expect(await findOpenAttempt(serviceClient(), runId, attemptToken)).toBeNull();
    expect(await readTestRun(runId)).toMatchObject({ state: 'pending', error: { code: 'run.timedOut' } });
    // A report that found the attempt open a moment before is refused, too.
    const progress = { done: 1, total: null, note: null };
    expect(
      await notePluginProgress(serviceClient(), { runId, attemptToken, progress }, leaseSeconds, signal()),
    ).toBeNull();
    const result = { runId, attemptToken, state: 'success', attemptOutcome: 'success' } as const;
    expect(await finishAttempts(serviceClient(), [result], signal())).toEqual([]);
  },
);
