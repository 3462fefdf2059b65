import { reportLimits } from '#domain/limits.ts';
import { readWebhookSecrets } from '#data/env.ts';
import type { Reporter } from '#data/reports.ts';
import { secretIn } from '#auth/compare-secrets.ts';
import { decodeBody } from '#domain/body-encoding.ts';
import { jsonAnswer } from '#http/http-answer.ts';
import { parseTolerantJson } from '#http/json-body.ts';
import { anybody, machineRoute, type Note, serve } from '#http/machine-route.ts';
import type { AnswerOf } from '#http/operation.ts';
import { readBody } from '#http/request-body.ts';
import { reportJob, reportJobStart } from './operations.ts';
import { authenticateReporter } from '#features/reports/authenticate-reporter.ts';
import { limitReporter } from './limit-report-rate.ts';
import { logRefusedJob } from './log-refused-job.ts';
import { recordReport } from '#features/reports/record-report.ts';
import { parseJobReport, parseJobStart } from '#features/reports/schemas.ts';

interface Received {
  request: Request;
  note: Note;
}

interface ReadReport {
  reporter: Reporter;
  body: unknown;
  bytes: number;
  /** Added to the response if the body was not UTF-8. */
  decodedFrom: { decoded_from?: string };
}

/** Runs the checks before those of the fields, in the contract's order: secret, limit, size, encoding, JSON. */
async function readReport(request: Request, note: Note): Promise<ReadReport> {
  const reporter = await authenticateReporter(request.headers);
  note(
    reporter.apiKeyId === null
      ? { actor: 'webhook_secret' }
      : { actor: 'api_key', api_key_id: reporter.apiKeyId },
  );
  limitReporter(reporter);
  const bytes = await readBody(request, reportLimits.bytes);
  note({ bytes: bytes.byteLength });
  const { text, ...decoded } = decodeBody(bytes, request.headers.get('content-type'));
  const refused = { note, body: text, secrets: secretsOf(request) };
  return {
    reporter,
    body: await logRefusedJob(refused, () => parseTolerantJson(text)),
    bytes: bytes.byteLength,
    decodedFrom: decoded.decodedFrom === null ? {} : { decoded_from: decoded.decodedFrom },
  };
}

function secretsOf(request: Request): string[] {
  const own = request.headers.get('x-tc-portal-webhook-secret');
  return own === null ? readWebhookSecrets() : [...readWebhookSecrets(), secretIn(own)];
}

/** Records how a script's run finished [contract: reports]. */
async function answerJobReport({ request, note }: Received): Promise<AnswerOf<typeof reportJob>> {
  const { reporter, body, bytes, decodedFrom } = await readReport(request, note);
  const secrets = secretsOf(request);
  const { report, recorded } = await logRefusedJob({ note, body, secrets }, async () => {
    const idempotencyKey = request.headers.get('idempotency-key');
    const report = parseJobReport(body, { idempotencyKey, secrets, now: new Date() });
    return { report, recorded: await recordReport(report, reporter, bytes) };
  });
  note({ run_id: recorded.runId, is_new: recorded.isNew });
  // A finished run always has a job status.
  const id = recorded.jobStatusId as string;
  return jsonAnswer(200, { success: true, id, job_key: report.jobKey, ...decodedFrom });
}

/** Records that a script's run has started; its finish has the same `run_id` [contract: starts]. */
async function answerJobStart({ request, note }: Received): Promise<AnswerOf<typeof reportJobStart>> {
  const { reporter, body, bytes, decodedFrom } = await readReport(request, note);
  const { report, runId, recorded } = await logRefusedJob(
    { note, body, secrets: secretsOf(request) },
    async () => {
      const start = parseJobStart(body);
      return { ...start, recorded: await recordReport(start.report, reporter, bytes) };
    },
  );
  note({ run_id: recorded.runId, is_new: recorded.isNew });
  return jsonAnswer(200, { success: true, job_key: report.jobKey, run_id: runId, ...decodedFrom });
}

// Authenticates while the body arrives, and logs the reporter.
export const jobReportRoute = machineRoute(serve(reportJob, anybody, answerJobReport));
export const jobStartRoute = machineRoute(serve(reportJobStart, anybody, answerJobStart));
