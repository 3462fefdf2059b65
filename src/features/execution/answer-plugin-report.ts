import { z } from 'zod';
import { leaseSeconds, pluginAnswerBytesMax, pluginProgressBytesMax } from '#domain/limits.ts';
import { createServiceClient } from '#data/clients/service.ts';
import { findOpenAttempt, finishAttempts, notePluginProgress, type OpenAttempt } from '#data/run-queue.ts';
import { ConflictError, InvalidInputError, UnauthenticatedError } from '#domain/errors.ts';
import { foreignMessage } from '#domain/message.ts';
import { redactSecrets } from '#domain/redaction.ts';
import { cleanText, excerptLog } from '#domain/excerpt.ts';
import { canceled } from '#domain/run/outcome.ts';
import { noProgressYet, type RunProgress, throttleProgress } from '#domain/run/progress.ts';
import type { reportPluginProgress, reportPluginResult } from './operations.ts';
import { resultOf } from '#features/execution/attempt-result.ts';
import {
  parseRemote,
  remoteAnswerSchema,
  remoteProgressSchema,
} from '#features/execution/remote-protocol.ts';
import { readBearer } from '#http/bearer.ts';
import { jsonAnswer } from '#http/http-answer.ts';
import type { Call, RouteParams } from '#http/machine-route.ts';
import type { AnswerOf } from '#http/operation.ts';
import { parseJson } from '#http/json-body.ts';
import { readBody } from '#http/request-body.ts';

const callMsMax = 10_000;

const notOpen = (): ConflictError =>
  new ConflictError(
    'This attempt is not open: it has finished, its lease was lost, or the token belongs to another attempt',
  );

/**
 * Returns the attempt that the request's token belongs to.
 * @throws UnauthenticatedError, ConflictError if the attempt is not waiting for a report
 */
export async function requireAttempt(request: Request, { runId }: RouteParams): Promise<OpenAttempt> {
  const token = readBearer(request.headers);
  if (!z.guid().safeParse(token).success || token === undefined) {
    throw new UnauthenticatedError('Invalid or missing attempt token');
  }
  if (!z.guid().safeParse(runId).success || runId === undefined) throw notOpen();
  const attempt = await findOpenAttempt(createServiceClient(), runId, token);
  if (!attempt) throw notOpen();
  return attempt;
}

async function readJson<Schema extends z.ZodType>(
  request: Request,
  schema: Schema,
  bytesMax: number,
): Promise<z.output<Schema>> {
  const text = new TextDecoder().decode(await readBody(request, bytesMax));
  const parsed = parseRemote(schema, parseJson(text));
  if (!parsed.ok) throw new InvalidInputError(`Invalid body: ${parsed.problem}`);
  return parsed.data;
}

/** Records the progress of a remote plugin and tells it whether to stop (docs/plugins.md). */
export async function answerPluginProgress({
  request,
  note,
  caller: attempt,
}: Call<typeof reportPluginProgress, OpenAttempt>): Promise<AnswerOf<typeof reportPluginProgress>> {
  note({ run_id: attempt.runId });
  const {
    done,
    total = null,
    note: told = null,
  } = await readJson(request, remoteProgressSchema, pluginProgressBytesMax);
  const given: RunProgress = {
    done,
    total,
    note: told === null ? null : foreignMessage(redactSecrets(cleanText(told), attempt.secrets)),
  };
  const { write: progress } = throttleProgress(noProgressYet, given, new Date(), { flush: true });
  const signal = AbortSignal.timeout(callMsMax);
  const lease = await notePluginProgress(
    createServiceClient(),
    { ...attempt, progress },
    leaseSeconds,
    signal,
  );
  if (!lease) throw notOpen();
  return jsonAnswer(200, { cancel_requested: lease.isCancelRequested });
}

/** Records how an attempt of a remote plugin finished (docs/plugins.md). */
export async function answerPluginResult({
  request,
  note,
  caller: attempt,
}: Call<typeof reportPluginResult, OpenAttempt>): Promise<AnswerOf<typeof reportPluginResult>> {
  note({ run_id: attempt.runId });
  const { outcome, log: told } = await readJson(request, remoteAnswerSchema, pluginAnswerBytesMax);
  const { secrets } = attempt;
  const isCanceled = attempt.isCancelRequested && outcome.kind !== 'success';
  const result = resultOf(attempt, isCanceled ? canceled() : outcome, {
    now: new Date(),
    random: Math.random(),
    secrets,
  });
  const log = told === null ? null : excerptLog(redactSecrets(cleanText(told), secrets));
  const written = await finishAttempts(
    createServiceClient(),
    [{ ...result, ...(log && { log }) }],
    AbortSignal.timeout(callMsMax),
  );
  if (!written.includes(attempt.runId)) throw notOpen();
  return jsonAnswer(200, { run_id: attempt.runId, state: result.state });
}
