import { z } from 'zod';
import { pluginAnswerBytesMax } from '#domain/limits.ts';
import type { ClaimedRun } from '#data/run-queue.ts';
import { OwnError } from '#domain/message.ts';
import { say } from '#domain/portal-messages.ts';
import { canceled, failed, NonRetryableError, type Outcome, retryAfter } from '#domain/run/outcome.ts';
import { parseRetryAfter } from '#domain/run/retry-policy.ts';
import { parseRemote, remoteAnswerSchema, signedHeaders } from '#features/execution/remote-protocol.ts';
import { CanceledError, LeaseLostError, ReleasedError } from '#features/execution/stop-reasons.ts';
import { type GuardedFetch, type OutgoingAnswer, TargetRefusedError } from '#plugins/outgoing-request.ts';

const manifestJobSchema = z.looseObject({ route: z.string().startsWith('/') });
const answerMsMax = 60_000;
const cancelMsMax = 5_000;

interface Target {
  run: ClaimedRun;
  url: string;
  secret: string;
  fetch: GuardedFetch;
}

async function send(
  { run, url, secret, fetch }: Target,
  method: 'POST' | 'DELETE',
  fields: Record<string, unknown>,
  limits: { signal?: AbortSignal; timeoutMs: number },
): Promise<OutgoingAnswer> {
  const { runId, attempt } = run;
  const body = JSON.stringify({ run_id: runId, attempt, ...fields });
  const headers = signedHeaders(secret, { runId, attempt, body, now: new Date() });
  return fetch(url, { method, headers, body, redirectsMax: 0, bytesMax: pluginAnswerBytesMax, ...limits });
}

function outcomeOf(answer: OutgoingAnswer, log: (line: string) => void): Outcome {
  const { status, text, headers, isCut } = answer;
  if (status >= 200 && status < 300) {
    if (isCut) {
      return failed(new NonRetryableError(say('remote.tooLarge', { bytes: pluginAnswerBytesMax })));
    }
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch {
      return failed(new NonRetryableError(say('remote.noJson', { status })));
    }
    const parsed = parseRemote(remoteAnswerSchema, body);
    if (!parsed.ok) {
      return failed(new NonRetryableError(say('remote.noOutcome', { problem: parsed.problem })));
    }
    for (const line of parsed.data.log?.split('\n') ?? []) log(line);
    return parsed.data.outcome;
  }
  const isRedirect = status >= 300 && status < 400;
  const reason = say(isRedirect ? 'remote.redirected' : 'remote.answered', { status });
  const wanted = headers['retry-after'];
  const seconds = wanted === undefined ? null : parseRetryAfter(wanted, new Date());
  if (seconds !== null && (status === 429 || status === 503))
    return retryAfter(seconds, new OwnError(reason));
  const mayPass = status >= 500 || [408, 425, 429].includes(status);
  return failed(mayPass ? new OwnError(reason) : new NonRetryableError(reason));
}

/**
 * The plugin returned 202 and reports later. The process that receives its result finishes the attempt, and this worker
 * then loses the lease.
 */
async function waitForReport(
  target: Target,
  signal: AbortSignal,
  log: (line: string) => void,
): Promise<Outcome> {
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  // The plugin continues for the next holder of the run, or has already reported its result.
  if (signal.reason instanceof ReleasedError || signal.reason instanceof LeaseLostError) throw signal.reason;
  const answer = await send(target, 'DELETE', {}, { timeoutMs: cancelMsMax }).catch(() => null);
  log(
    answer
      ? `The plugin returned ${answer.status} when asked to cancel`
      : 'The plugin could not be reached to cancel the run',
  );
  const hasStopped = answer !== null && answer.status >= 200 && answer.status < 300 && answer.status !== 202;
  if (hasStopped) return canceled();
  // The plugin reports to the result URL, or the attempt ends at its timeout.
  return new Promise<never>(() => {});
}

/**
 * Runs one attempt of a remote plugin's job: a signed POST to its route (docs/plugins.md). The response is the outcome,
 * or 202 if the plugin reports later.
 * @throws TargetUnreachableError, NonRetryableError
 */
export async function callRemotePlugin(
  run: ClaimedRun,
  { signal, log }: { signal: AbortSignal; log: (line: string) => void },
  { fetch, publicUrl }: { fetch: GuardedFetch; publicUrl: string },
): Promise<Outcome> {
  const job = manifestJobSchema.safeParse(run.manifestJob);
  if (!run.baseUrl || !job.success) {
    throw new NonRetryableError(say('run.noJob', { plugin: run.pluginKey, job: run.pluginJobName }));
  }
  if (!run.signingSecret) throw new NonRetryableError(say('run.noSigningSecret', { plugin: run.pluginKey }));
  const url = run.baseUrl.replace(/\/+$/, '') + job.data.route;
  const target: Target = { run, url, secret: run.signingSecret, fetch };
  const ownUrl = `${publicUrl.replace(/\/+$/, '')}/api/plugin-runs/${run.runId}`;
  try {
    const answer = await send(
      target,
      'POST',
      {
        job: run.pluginJobName,
        trigger: run.trigger,
        scheduled_for: run.scheduledFor,
        payload: run.payload,
        secrets: run.secrets,
        cursor: run.cursor,
        deadline_at: new Date(Date.now() + run.timeoutSeconds * 1_000).toISOString(),
        progress_url: `${ownUrl}/progress`,
        result_url: `${ownUrl}/result`,
        token: run.attemptToken,
      },
      { signal, timeoutMs: Math.min(run.timeoutSeconds * 1_000, answerMsMax) },
    );
    if (answer.status !== 202) return outcomeOf(answer, log);
    log('The plugin took the run and reports later');
    return await waitForReport(target, signal, log);
  } catch (error) {
    if (error instanceof TargetRefusedError) throw new NonRetryableError(error.said);
    if (signal.aborted && signal.reason instanceof CanceledError) {
      // The plugin may have started before the call was aborted.
      await send(target, 'DELETE', {}, { timeoutMs: cancelMsMax }).catch(() => null);
    }
    throw error;
  }
}
