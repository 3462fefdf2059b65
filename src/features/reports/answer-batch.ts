import type { Reporter } from '#data/reports.ts';
import { PortalError } from '#domain/errors.ts';
import { errorAnswer, type HttpAnswer, jsonAnswer } from '#http/http-answer.ts';
import { describeError } from '#http/log.ts';
import { anybody, machineRoute, type Note, serve } from '#http/machine-route.ts';
import type { AnswerOf } from '#http/operation.ts';
import { remarksOn } from './answer-report.ts';
import { limitReporter } from './limit-report-rate.ts';
import { logRefusedJob } from './log-refused-job.ts';
import { reportJobs } from './operations.ts';
import { parseJobReport, type ReportContext } from './parse-report.ts';
import { type BatchItem, readBatch } from './read-batch.ts';
import { contextOf, receiveBody, secretsOf } from './receive-report.ts';
import { recordReportOfBatch } from './record-report.ts';

interface Received {
  request: Request;
  note: Note;
}

/** Names in the log the reports that were refused, up to this number. */
const loggedRefusalsMax = 20;

/** Records one report of a batch, and returns what it would be answered alone. */
async function answerItem(
  item: BatchItem,
  { reporter, context, bytes }: { reporter: Reporter; context: ReportContext; bytes: number },
): Promise<HttpAnswer<200>> {
  if ('error' in item) throw item.error;
  const { report, warnings } = parseJobReport(item.body, context);
  const recorded = await recordReportOfBatch(report, reporter, bytes);
  const id = recorded.jobStatusId as string;
  return jsonAnswer(200, { success: true, id, job_key: report.jobKey, ...remarksOn(recorded, warnings) });
}

/**
 * Records the reports of a batch, each as if it had come alone [contract: batches]: a bad one does not affect the others. They
 * are recorded in their order.
 */
async function answerBatch({ request, note }: Received): Promise<AnswerOf<typeof reportJobs>> {
  const { reporter, text, bytes, decodedFrom } = await receiveBody(request, note);
  const items = readBatch(text);
  const context = await contextOf(
    request,
    reporter,
    items.map((item) => ('body' in item ? item.body : null)),
  );
  const secrets = secretsOf(request);
  const refusals: Record<string, unknown>[] = [];
  const answers = await Promise.all(
    items.map(async (item, index): Promise<{ answer: HttpAnswer; error?: unknown }> => {
      const noted: Record<string, unknown> = { item: index };
      const itemNote: Note = (fields) => Object.assign(noted, fields);
      try {
        const body = 'body' in item ? item.body : item.text;
        const answer = await logRefusedJob({ note: itemNote, body, secrets }, () => {
          // The first one was counted before the body was read.
          if (index > 0) limitReporter(reporter);
          const { idempotencyKey } = context;
          return answerItem(item, {
            reporter,
            context: { ...context, idempotencyKey: idempotencyKey && `${idempotencyKey}#${index + 1}` },
            bytes: Math.ceil(bytes / items.length),
          });
        });
        return { answer };
      } catch (error) {
        itemNote(error instanceof PortalError ? { refusal: error.message } : describeError(error));
        if (refusals.length < loggedRefusalsMax) refusals.push(noted);
        return { answer: errorAnswer(error), error };
      }
    }),
  );
  const recorded = answers.filter(({ error }) => error === undefined).length;
  note({ reports: items.length, recorded, ...(refusals.length > 0 && { refusals }) });
  const failed = answers.filter(({ error }) => error !== undefined);
  const [first] = failed;
  // Nothing was recorded, for one reason that is not a report's own: so say simple clients, which look at the status only.
  const isAllTheSame = first && failed.every(({ answer }) => answer.status === first.answer.status);
  if (isAllTheSame && recorded === 0 && first.answer.status !== 400) throw first.error;
  const results = answers.map(({ answer: { status, body } }) => ({ status, ...(body as object) }));
  const waits = failed.flatMap(({ answer: { headers } }) => headers['Retry-After'] ?? []);
  return first
    ? jsonAnswer(
        207,
        { success: false, results, ...decodedFrom },
        waits[0] ? { 'Retry-After': waits[0] } : {},
      )
    : jsonAnswer(200, { success: true, results, ...decodedFrom });
}

export const jobReportsRoute = machineRoute(serve(reportJobs, anybody, answerBatch));
