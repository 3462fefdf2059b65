import { OwnError } from '#domain/message.ts';
import { redactSecrets } from '#domain/redaction.ts';
import { readableText } from '#domain/readable-text.ts';
import { parseRetryAfter } from '#domain/run/retry-policy.ts';
import {
  failed,
  NonRetryableError,
  type Outcome,
  type PluginHandlers,
  retryAfter,
  type RunContext,
  success,
} from '#plugins/contract.ts';
import { type OutgoingAnswer, type OutgoingRequest, TargetRefusedError } from '#plugins/outgoing-request.ts';
import { fillSecrets, secretsNamedIn } from '#plugins/secret-placeholders.ts';
import { say } from './messages.ts';

type Method = NonNullable<OutgoingRequest['method']>;

const excerptLength = 2_000;
const sensitiveHeader = /authorization|cookie|token|secret|password|api[-_]?key|credential/i;

/**
 * Reads headers from lines of `Name: value`. Everyone in the company can read a payload, so a header with a secret must take
 * it from the job's secrets.
 */
function readHeaders(text: string, secrets: RunContext['secrets']): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const [, name, value] = /^\s*([!#$%&'*+.^_`|~\w-]+)\s*:\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined || value === undefined) {
      throw new NonRetryableError(say('wrongHeaderLine'));
    }
    if (sensitiveHeader.test(name) && secretsNamedIn(value).length === 0) {
      throw new NonRetryableError(say('headerNeedsSecret', { name, example: `${name}: {{secret.name}}` }));
    }
    headers[name] = fillSecrets(value, secrets);
  }
  return headers;
}

/** Whether a status is in a list such as `200-299, 404`. */
function isExpected(status: number, list: string): boolean {
  return list.split(',').some((part) => {
    const [, from, to] = /^\s*(\d{3})\s*(?:-\s*(\d{3})\s*)?$/.exec(part) ?? [];
    if (from === undefined) {
      throw new NonRetryableError(say('wrongExpectedStatus'));
    }
    return status >= Number(from) && status <= Number(to ?? from);
  });
}

function describe(
  answer: OutgoingAnswer,
  elapsedMs: number,
  keep: string,
  secrets: string[],
): Record<string, unknown> {
  const described = {
    status: answer.status,
    url: redactSecrets(new URL(answer.url).origin + new URL(answer.url).pathname, secrets),
    contentType: answer.headers['content-type'] ?? null,
    bytes: answer.bytes,
    isCut: answer.isCut,
    durationMs: elapsedMs,
  };
  if (keep !== 'excerpt') return described;
  return { ...described, excerpt: redactSecrets(readableText(answer.text), secrets).slice(0, excerptLength) };
}

/** Calls one URL and compares the status of its response with the expected one. */
async function send({ payload, signal, log, fetch, now, secrets }: RunContext): Promise<Outcome> {
  const method = String(payload.method) as Method;
  const expected = String(payload.expectedStatus);
  isExpected(200, expected);
  const url = fillSecrets(String(payload.url), secrets);
  const body = payload.body === undefined ? undefined : fillSecrets(String(payload.body), secrets);
  const headers = readHeaders(String(payload.headers ?? ''), secrets);
  const startedAt = now().getTime();
  let answer: OutgoingAnswer;
  try {
    answer = await fetch(url, {
      method,
      headers,
      signal,
      timeoutMs: Number(payload.timeoutSeconds) * 1_000,
      bytesMax: 256 * 1024,
      ...(body !== undefined && method !== 'GET' && method !== 'HEAD' && { body }),
    });
  } catch (error) {
    if (error instanceof TargetRefusedError) throw new NonRetryableError(error.said);
    throw error;
  }
  const elapsedMs = now().getTime() - startedAt;
  const result = describe(answer, elapsedMs, String(payload.keep), Object.values(secrets));
  log(`${method} ${String(payload.url)} answered ${answer.status} after ${elapsedMs} ms`);
  if (isExpected(answer.status, expected)) {
    return success({ message: say('answered', { method, status: answer.status, ms: elapsedMs }), result });
  }
  const unexpected = say('unexpectedStatus', { status: answer.status, expected });
  const wanted = answer.headers['retry-after'];
  const seconds = wanted === undefined ? null : parseRetryAfter(wanted, now());
  if (seconds !== null && (answer.status === 429 || answer.status === 503)) {
    return retryAfter(seconds, new OwnError(unexpected));
  }
  const mayPass = answer.status >= 500 || [408, 425, 429].includes(answer.status);
  return failed(mayPass ? new OwnError(unexpected) : new NonRetryableError(unexpected), result);
}

export const handlers: PluginHandlers = { send };
