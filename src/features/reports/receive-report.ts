import { readWebhookSecrets } from '#data/env.ts';
import type { Reporter } from '#data/reports.ts';
import { decodeBody } from '#domain/body-encoding.ts';
import { reportLimits } from '#domain/limits.ts';
import { secretIn } from '#auth/compare-secrets.ts';
import type { Note } from '#http/machine-route.ts';
import { readBody } from '#http/request-body.ts';
import { authenticateReporter } from '#features/reports/authenticate-reporter.ts';
import { limitReporter } from './limit-report-rate.ts';
import { hasTimeWithoutZone, type ReportContext } from './parse-report.ts';
import { findReporterTimeZone } from './reporter-time-zone.ts';

/** The text of a request's body and who sent it. */
interface ReceivedBody {
  reporter: Reporter;
  text: string;
  bytes: number;
  /** Added to the response if the body was not UTF-8. */
  decodedFrom: { decoded_from?: string };
}

/** Runs the checks before those of the JSON, in the contract's order: secret, limit, size and compression. */
export async function receiveBody(request: Request, note: Note): Promise<ReceivedBody> {
  const reporter = await authenticateReporter(request.headers);
  note(
    reporter.apiKeyId === null
      ? { actor: 'webhook_secret' }
      : { actor: 'api_key', api_key_id: reporter.apiKeyId },
  );
  limitReporter(reporter);
  const bytes = await readBody(request, reportLimits.bytes);
  note({ bytes: bytes.byteLength });
  const { text, decodedFrom } = decodeBody(bytes, request.headers.get('content-type'));
  return {
    reporter,
    text,
    bytes: bytes.byteLength,
    decodedFrom: decodedFrom === null ? {} : { decoded_from: decodedFrom },
  };
}

/** Returns the secrets that must be neither stored nor logged: ours, and the one that came with the request. */
export function secretsOf(request: Request): string[] {
  const own = request.headers.get('x-tc-portal-webhook-secret');
  return own === null ? readWebhookSecrets() : [...readWebhookSecrets(), secretIn(own)];
}

/**
 * Returns what is needed to parse these bodies besides themselves. Reads the company's time zone only if a time names none.
 * @throws UnavailableError, ConfigurationError if there is no tenant yet
 */
export async function contextOf(
  request: Request,
  reporter: Reporter,
  bodies: readonly unknown[],
): Promise<ReportContext> {
  const now = new Date();
  const timeZone = bodies.some(hasTimeWithoutZone) ? await findReporterTimeZone(reporter) : 'UTC';
  const idempotencyKey = request.headers.get('idempotency-key');
  return { idempotencyKey, secrets: secretsOf(request), now, timeZone };
}
