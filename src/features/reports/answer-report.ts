import type { RecordedReport } from '#data/reports.ts';
import { jsonAnswer } from '#http/http-answer.ts';
import { parseTolerantJson } from '#http/json-body.ts';
import { anybody, machineRoute, type Note, serve } from '#http/machine-route.ts';
import type { AnswerOf } from '#http/operation.ts';
import { logRefusedJob } from './log-refused-job.ts';
import { reportJob, reportJobStart } from './operations.ts';
import { recordReport } from '#features/reports/record-report.ts';
import { parseJobReport, parseJobStart } from './parse-report.ts';
import { contextOf, receiveBody, secretsOf } from './receive-report.ts';
import type { ReportWarning } from './report-warnings.ts';

interface Received {
  request: Request;
  note: Note;
}

/** What the sender should know about a report that was recorded. */
export function remarksOn(
  recorded: RecordedReport,
  warnings: readonly ReportWarning[],
): { repeated?: true; warnings?: ReportWarning[] } {
  const all = recorded.isToolUnknown
    ? [...warnings, { field: 'tool_id', problem: 'is not a known tool', ignored: true }]
    : [...warnings];
  return { ...(!recorded.isNew && { repeated: true }), ...(all.length > 0 && { warnings: all }) };
}

/** Records how a script's run finished [contract: reports]. */
async function answerJobReport({ request, note }: Received): Promise<AnswerOf<typeof reportJob>> {
  const { reporter, text, bytes, decodedFrom } = await receiveBody(request, note);
  const refused = { note, secrets: secretsOf(request) };
  const body = await logRefusedJob({ ...refused, body: text }, () => parseTolerantJson(text));
  const { report, warnings, recorded } = await logRefusedJob({ ...refused, body }, async () => {
    const parsed = parseJobReport(body, await contextOf(request, reporter, [body]));
    return { ...parsed, recorded: await recordReport(parsed.report, reporter, bytes) };
  });
  note({ run_id: recorded.runId, is_new: recorded.isNew });
  // A finished run always has a job status.
  const id = recorded.jobStatusId as string;
  const remarks = remarksOn(recorded, warnings);
  return jsonAnswer(200, { success: true, id, job_key: report.jobKey, ...remarks, ...decodedFrom });
}

/** Records that a script's run has started; its finish has the same `run_id` [contract: starts]. */
async function answerJobStart({ request, note }: Received): Promise<AnswerOf<typeof reportJobStart>> {
  const { reporter, text, bytes, decodedFrom } = await receiveBody(request, note);
  const refused = { note, secrets: secretsOf(request) };
  const body = await logRefusedJob({ ...refused, body: text }, () => parseTolerantJson(text));
  const { report, runId, warnings, recorded } = await logRefusedJob({ ...refused, body }, async () => {
    const parsed = parseJobStart(body, await contextOf(request, reporter, [body]));
    return { ...parsed, recorded: await recordReport(parsed.report, reporter, bytes) };
  });
  note({ run_id: recorded.runId, is_new: recorded.isNew });
  const remarks = remarksOn(recorded, warnings);
  return jsonAnswer(200, {
    success: true,
    job_key: report.jobKey,
    run_id: runId,
    ...remarks,
    ...decodedFrom,
  });
}

// Authenticates while the body arrives, and logs the reporter.
export const jobReportRoute = machineRoute(serve(reportJob, anybody, answerJobReport));
export const jobStartRoute = machineRoute(serve(reportJobStart, anybody, answerJobStart));
