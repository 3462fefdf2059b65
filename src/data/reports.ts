import { z } from 'zod';
import type { ServiceClient } from '#data/clients/service.ts';
import type { Json } from '#data/database.types.ts';
import { unwrap, unwrapMaybe } from '#data/unwrap.ts';
import { type ApiKeyScope, parseApiKeyScopes } from '#domain/api-key.ts';
import type { Expectation, Report } from '#domain/report.ts';

/** Who a report is from: an API key of a tenant or, if both are null, the environment's secret, for the first tenant. */
export interface Reporter {
  tenantId: string | null;
  apiKeyId: string | null;
}

export interface SentReport {
  report: Report;
  reporter: Reporter;
}

const recordedReports = z.array(
  z.object({
    position: z.int(),
    refusal: z.enum(['no_tenant', 'key_not_valid']).nullable(),
    is_tool_unknown: z.boolean(),
    is_new: z.boolean(),
    run_id: z.string().nullable(),
    job_status_id: z.string().nullable(),
  }),
);

/** The result of one report of a batch. */
export interface RecordedReport {
  refusal: 'no_tenant' | 'key_not_valid' | null;
  /** False for a repeat, which changed nothing. */
  isNew: boolean;
  /** The report named a tool that the tenant does not have: it was recorded without it. */
  isToolUnknown: boolean;
  runId: string | null;
  jobStatusId: string | null;
}

// The keys that record_reports compares with the job; a key without a value must be absent.
function toExpectationRow(expectation: Expectation): Json {
  return {
    type: expectation.type,
    expression: expectation.expression,
    timezone: expectation.timezone,
    seconds: expectation.seconds,
    early_tolerance_seconds: expectation.earlyToleranceSeconds,
    late_tolerance_seconds: expectation.lateToleranceSeconds,
    max_run_seconds: expectation.maxRunSeconds,
    min_run_seconds: expectation.minRunSeconds,
    failure_threshold: expectation.failureThreshold,
    recovery_threshold: expectation.recoveryThreshold,
  };
}

function toReportRow({ report, reporter }: SentReport, position: number): Json {
  const row = {
    position,
    tenant_id: reporter.tenantId,
    api_key_id: reporter.apiKeyId,
    kind: report.kind,
    job_key: report.jobKey,
    title: report.title,
    tool_id: report.toolId,
    is_tool_unreadable: report.isToolUnreadable ?? false,
    host: report.host,
    report_key: report.reportKey,
    started_at: report.startedAt,
    sent_at: report.sentAt,
  };
  if (report.kind === 'start') return row;
  return {
    ...row,
    state: report.state,
    finished_at: report.finishedAt,
    duration_ms: report.durationMs,
    message: report.message,
    exit_code: report.exitCode,
    metrics: report.metrics,
    log: report.log && {
      head: report.log.head,
      tail: report.log.tail,
      cut_characters: report.log.cutCharacters,
    },
    expectation: report.expectation && toExpectationRow(report.expectation),
  };
}

/**
 * Records reports in one round trip and one transaction. They are committed when this returns.
 * @throws UnavailableError if the database is unavailable or the signal ends the call
 */
export async function recordReports(
  client: ServiceClient,
  reports: readonly SentReport[],
  signal: AbortSignal,
): Promise<RecordedReport[]> {
  const answer = await client
    .rpc('record_reports', { p_reports: reports.map(toReportRow) })
    .abortSignal(signal)
    .retry(false);
  const recorded: RecordedReport[] = [];
  for (const row of recordedReports.parse(unwrap(answer))) {
    recorded[row.position] = {
      refusal: row.refusal,
      isNew: row.is_new,
      isToolUnknown: row.is_tool_unknown,
      runId: row.run_id,
      jobStatusId: row.job_status_id,
    };
  }
  return recorded;
}

/**
 * Returns the time zone of the tenant that a reporter reports for; null if there is no tenant.
 * @throws UnavailableError if the database is unavailable
 */
export async function findReporterZone(
  client: ServiceClient,
  { tenantId }: Reporter,
  signal: AbortSignal,
): Promise<string | null> {
  const tenants = client.from('tenants').select('time_zone');
  const own = tenantId === null ? tenants.order('created_at').order('id') : tenants.eq('id', tenantId);
  const [tenant] = unwrap(await own.limit(1).abortSignal(signal).retry(false));
  return tenant?.time_zone ?? null;
}

/** A key that can be used now. */
export interface FoundApiKey {
  apiKeyId: string;
  tenantId: string;
  scopes: ApiKeyScope[];
}

/**
 * Returns the API key with this hash, or null if no usable key has it.
 * @throws UnavailableError if the database is unavailable
 */
export async function findApiKey(
  client: ServiceClient,
  keyHash: string,
  signal: AbortSignal,
): Promise<FoundApiKey | null> {
  const rows = unwrap(
    await client.rpc('authenticate_api_key', { p_key_hash: keyHash }).abortSignal(signal).retry(false),
  );
  const row = rows[0];
  return row
    ? { apiKeyId: row.api_key_id, tenantId: row.tenant_id, scopes: parseApiKeyScopes(row.scopes) }
    : null;
}

/** Records that a key was used, to the minute. */
export async function touchApiKey(client: ServiceClient, apiKeyId: string): Promise<void> {
  const now = Date.now();
  unwrapMaybe(
    await client
      .from('api_keys')
      .update({ last_used_at: new Date(now).toISOString() })
      .eq('id', apiKeyId)
      .or(`last_used_at.is.null,last_used_at.lt."${new Date(now - 60_000).toISOString()}"`),
  );
}
