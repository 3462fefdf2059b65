import { Batcher } from '#data/batcher.ts';
import { createServiceClient } from '#data/clients/service.ts';
import { type RecordedReport, recordReports, type Reporter, type SentReport } from '#data/reports.ts';
import { DatabaseError, RolledBackError } from '#data/unwrap.ts';
import { ConfigurationError, UnauthenticatedError, UnavailableError } from '#domain/errors.ts';
import type { Report } from '#domain/report.ts';
import { writeLog } from '#http/log.ts';
import { forgetApiKey } from '#features/reports/authenticate-reporter.ts';

const waitMsMax = 10_000;
const away = 'The database is unavailable: nothing was recorded, try again';

// Or a job that was deleted while its report was recorded: everything was rolled back, and a retry can succeed.
const isOverByNextTry = (error: unknown): boolean =>
  error instanceof RolledBackError || (error instanceof DatabaseError && error.code === '23502');

async function send(reports: SentReport[], signal: AbortSignal): Promise<RecordedReport[]> {
  const record = () => recordReports(createServiceClient(), reports, signal);
  try {
    return await record().catch((error: unknown) => {
      if (isOverByNextTry(error)) return record();
      throw error;
    });
  } catch (error) {
    if (error instanceof UnavailableError) {
      writeLog('warn', 'reports not recorded', { reason: error.message, reports: reports.length });
      throw new UnavailableError(away);
    }
    if (isOverByNextTry(error)) throw new UnavailableError(away);
    throw error;
  }
}

const settings = {
  send,
  itemsPerCallMax: 500,
  bytesPerCallMax: 2 * 1024 * 1024,
  callMsMax: waitMsMax,
  waiting: {
    itemsMax: 5_000,
    bytesMax: 64 * 1024 * 1024,
    msMax: waitMsMax,
    fullMessage: 'Too many reports are waiting: nothing was recorded, try again',
    lateMessage: 'The database did not answer in time: try again',
  },
};
const batcher = new Batcher<SentReport, RecordedReport>({ ...settings, callsInFlightMax: 2 });
/** One call after the other, so that the order of a batch holds, and batches leave room for single reports. */
const batcherOfBatches = new Batcher<SentReport, RecordedReport>({ ...settings, callsInFlightMax: 1 });

/**
 * Records a report and returns only after its commit [rule 1: commit before answer]. A repeat gets the same response as
 * the first.
 * @param bytes size of the body, which limits the memory of waiting reports
 * @throws UnauthenticatedError for a key that has just been revoked, ConfigurationError if there is no tenant yet,
 * UnavailableError
 */
export async function recordReport(
  report: Report,
  reporter: Reporter,
  bytes: number,
): Promise<RecordedReport> {
  return checkRecorded(await batcher.add({ report, reporter }, bytes), reporter);
}

/** Like `recordReport`, for a report of a batch: those of one batch are recorded in the order of the calls. */
export async function recordReportOfBatch(
  report: Report,
  reporter: Reporter,
  bytes: number,
): Promise<RecordedReport> {
  return checkRecorded(await batcherOfBatches.add({ report, reporter }, bytes), reporter);
}

function checkRecorded(recorded: RecordedReport, reporter: Reporter): RecordedReport {
  switch (recorded.refusal) {
    case null:
      return recorded;
    case 'key_not_valid':
      if (reporter.apiKeyId !== null) forgetApiKey(reporter.apiKeyId);
      throw new UnauthenticatedError('Invalid or missing webhook secret');
    case 'no_tenant':
      throw new ConfigurationError('There is no tenant yet');
  }
}
