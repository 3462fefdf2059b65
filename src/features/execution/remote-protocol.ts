import { createHmac } from 'node:crypto';
import { z } from 'zod';
import {
  limits,
  progressNoteCharactersMax,
  resultCharactersMax,
  retryAfterSecondsMax,
  snoozeSecondsMax,
} from '#domain/limits.ts';
import { plainError } from '#domain/message.ts';
import { problemOf } from '#http/field-problem.ts';
import { messageIdOf, signatureHeaderOf, signatureHeaders, signedContent } from '#domain/plugin/signature.ts';
import { say } from '#domain/portal-messages.ts';
import { canceled, type Outcome, retryAfter, snoozed, success } from '#domain/run/outcome.ts';

// The wire format of docs/plugins.md; snake_case is its own, not the database's.

const errorSchema = z
  .union([
    z.string().transform((message) => ({ name: 'Error', message, stack: null })),
    z.object({
      name: z.string().default('Error'),
      message: z.string(),
      stack: z.string().nullish(),
    }),
  ])
  .meta({ id: 'PluginError', description: 'Why it failed. Only admins get the stack.' });

const depthMax = 100;

/** Whether the database can store the value: each level of JSON uses stack space, there and here. */
function isFlatEnough(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > depthMax) return false;
    level = level.flatMap((one) =>
      typeof one === 'object' && one !== null ? (Object.values(one) as unknown[]) : [],
    );
  }
  return true;
}

// It was parsed from JSON, so only its depth can be wrong.
const resultSchema = z
  .unknown()
  .refine(isFlatEnough, `is nested more than ${depthMax} levels deep`)
  .meta({
    description: `Any JSON; not stored if it is longer than ${resultCharactersMax / 1024} Ki characters.`,
  });
const logSchema = z.string().nullish().meta({ description: 'The beginning and the end are stored.' });

/** What a remote plugin returns, or reports later to the result URL. */
export interface RemoteAnswer {
  outcome: Outcome;
  log: string | null;
}

const answer = (outcome: Outcome, log: string | null | undefined): RemoteAnswer => ({
  outcome,
  log: log ?? null,
});

/** The outcome of an attempt in the plugin's wire format. */
export const remoteAnswerSchema = z.discriminatedUnion('outcome', [
  z
    .object({
      outcome: z.literal('success'),
      message: z.string().nullish(),
      events_processed: z.int().min(0).nullish(),
      result: resultSchema.nullish(),
      cursor: z.string().max(limits.jobs.cursor.max).nullish().meta({
        description: 'Where the next run starts; absent or null keeps the current cursor.',
      }),
      log: logSchema,
    })
    .transform(({ events_processed: eventsProcessed, log, ...told }) =>
      answer(success({ ...told, eventsProcessed }), log),
    ),
  z
    .object({
      outcome: z.literal('failed'),
      error: errorSchema,
      retryable: z.boolean().default(true).meta({
        description: '`false` finishes the run, even if attempts are left.',
      }),
      result: resultSchema.nullish(),
      log: logSchema,
    })
    .transform(({ error, retryable: isRetryable, result = null, log }) =>
      answer({ kind: 'failed', error, isRetryable, result }, log),
    ),
  z
    .object({
      outcome: z.literal('retry_after'),
      seconds: z.number().min(0).max(retryAfterSecondsMax),
      error: errorSchema.optional(),
      log: logSchema,
    })
    .transform(({ seconds, error, log }) =>
      answer(retryAfter(seconds, error ?? plainError('RetryLater', say('remote.retryLater'))), log),
    ),
  z
    .object({ outcome: z.literal('canceled'), log: logSchema })
    .transform(({ log }) => answer(canceled(), log)),
  z
    .object({
      outcome: z.literal('snoozed'),
      seconds: z.number().min(0).max(snoozeSecondsMax),
      log: logSchema,
    })
    .transform(({ seconds, log }) => answer(snoozed(seconds), log)),
]);

/** What a remote plugin can report during an attempt. */
export const remoteProgressSchema = z.object({
  done: z.number().min(0),
  total: z.number().min(0).nullish().meta({ description: 'Absent or null if it is unknown.' }),
  note: z
    .string()
    .nullish()
    .meta({
      description: `What the run is doing. At most ${progressNoteCharactersMax} characters are kept, without secrets.`,
    }),
});

/** Returns the parsed body, or the first problem with it for the plugin's author. */
export function parseRemote<Schema extends z.ZodType>(
  schema: Schema,
  body: unknown,
): { ok: true; data: z.output<Schema> } | { ok: false; problem: string } {
  try {
    const parsed = schema.safeParse(body, { error: problemOf });
    if (parsed.success) return { ok: true, data: parsed.data };
    const [issue] = parsed.error.issues;
    return {
      ok: false,
      problem: `${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'is not readable'}`,
    };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { ok: false, problem: 'body: is nested too deeply' };
  }
}

// Standard Webhooks libraries expect the secret as `whsec_` plus the key in Base64.
function keyOf(secret: string): Buffer {
  return secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret, 'utf8');
}

/** Returns the headers of a signed request about one attempt (src/domain/plugin/signature.ts). */
export function signedHeaders(
  secret: string,
  { runId, attempt, body, now }: { runId: string; attempt: number; body: string; now: Date },
): Record<string, string> {
  const messageId = messageIdOf(runId, attempt);
  const timestamp = Math.floor(now.getTime() / 1_000);
  const signature = createHmac('sha256', keyOf(secret))
    .update(signedContent(messageId, timestamp, body))
    .digest('base64');
  return {
    'content-type': 'application/json',
    [signatureHeaders.messageId]: messageId,
    [signatureHeaders.timestamp]: String(timestamp),
    [signatureHeaders.signature]: signatureHeaderOf([signature]),
  };
}
