import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { asMeasure, asName, asNumber, asObject, asText, asUuid } from '#domain/as-meant.ts';
import { InvalidInputError } from '#domain/errors.ts';
import { cleanText, clipMessage, countCharacters, excerptLog, excerptText } from '#domain/excerpt.ts';
import { limits, reportLimits } from '#domain/limits.ts';
import { instantOfWall, readInstant, type SentInstant, zoneOfWall } from '#domain/sent-instant.ts';
import { cleanName, trimText } from '#domain/name-text.ts';
import { redactSecrets } from '#domain/redaction.ts';
import { type FinishReport, reportKeyOf, type StartReport } from '#domain/report.ts';
import { readExpectation } from './read-expectation.ts';
import { isAbsent, readField } from './read-field.ts';
import { type ReportWarning, ReportWarnings } from './report-warnings.ts';
import { jobReport } from './schemas.ts';

type Body = Record<string, unknown>;

/** What a body cannot say: facts about the request, and secrets that must not be stored. */
export interface ReportContext {
  idempotencyKey: string | null;
  secrets: readonly string[];
  now: Date;
  /** The company's time zone, for times that name none (`hasTimeWithoutZone`). */
  timeZone: string;
}

interface ParsedReport<T> {
  report: T;
  warnings: ReportWarning[];
}

function toObject(body: unknown): Body {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new InvalidInputError('Invalid JSON body', [{ field: 'body', problem: 'must be an object' }]);
  return body as Body;
}

/** The times of a body; the first one decides for all of them whether a time without a zone is in UTC. */
const times = ['finished_at', 'sent_at', 'started_at'] as const;
type Time = (typeof times)[number];

/** Whether a time of the body names no zone, so that the company's is needed to read it. */
export function hasTimeWithoutZone(body: unknown): boolean {
  if (typeof body !== 'object' || body === null) return false;
  return times.some((field) => readInstant((body as Body)[field]).kind === 'wall');
}

const requiredInstant = (field: Time, problem: string) =>
  new InvalidInputError(`${field} must be valid ISO 8601`, [{ field, problem }]);

/** Reads the times of one report, in one zone if they name none. */
class Times {
  readonly #sent: Record<Time, SentInstant>;
  readonly #zone: string;
  readonly #now: Date;

  constructor(body: Body, { timeZone, now }: Pick<ReportContext, 'timeZone' | 'now'>) {
    this.#sent = {
      finished_at: readInstant(body.finished_at),
      sent_at: readInstant(body.sent_at),
      started_at: readInstant(body.started_at),
    };
    const first = times.map((field) => this.#sent[field]).find(({ kind }) => kind === 'wall');
    this.#zone = first?.kind === 'wall' ? zoneOfWall(first.wall, timeZone, now) : timeZone;
    this.#now = now;
  }

  #read(field: Time): { at: string } | { problem: string } | null {
    const sent = this.#sent[field];
    if (sent.kind === 'missing') return null;
    if (sent.kind === 'unclear') return { problem: sent.problem };
    const at = sent.kind === 'instant' ? sent.at : instantOfWall(sent.wall, this.#zone, this.#now);
    return at === null ? { problem: 'is not in the years 1 to 9999' } : { at };
  }

  required(field: Time): string {
    const read = this.#read(field);
    if (read === null) throw new InvalidInputError(`${field} is required`);
    if ('problem' in read) throw requiredInstant(field, read.problem);
    return read.at;
  }

  optional(field: Time, warnings: ReportWarnings): string | null {
    const read = this.#read(field);
    if (read && 'problem' in read) warnings.add(field, read.problem);
    return read && 'at' in read ? read.at : null;
  }
}

/** Reads a name, which may be given as a number; returns an empty one for anything else. */
function readName(value: unknown): string {
  const meant = asName(value);
  return typeof meant === 'string' ? cleanName(meant) : '';
}

function requireName(body: Body, field: string): string {
  const name = readName(body[field]);
  if (name === '') throw new InvalidInputError(`${field} is required`);
  return name;
}

/** Refuses a key that is too long, because a shorter one could be the key of another job. */
function checkJobKey(jobKey: string): void {
  const { max } = limits.jobs.jobKey;
  if (countCharacters(jobKey) <= max) return;
  const problem = `must be at most ${max} characters`;
  throw new InvalidInputError(`job_key ${problem}`, [{ field: 'job_key', problem }]);
}

function clip(text: string, charactersMax: number, field: string, warnings: ReportWarnings): string {
  if (countCharacters(text) <= charactersMax) return text;
  warnings.add(field, `was cut to ${charactersMax} characters`, { isChanged: true });
  return Array.from(text.slice(0, charactersMax * 2))
    .slice(0, charactersMax)
    .join('')
    .toWellFormed();
}

/** Shortens an id so that different ids stay different. */
function shortenId(id: string, charactersMax: number): string {
  if (countCharacters(id) <= charactersMax) return id;
  const { head } = excerptText(id, charactersMax - 65, 0);
  return `${head}…${createHash('sha256').update(id).digest('hex')}`;
}

function readRunId(body: Body, warnings: ReportWarnings): string | null {
  const given = body.run_id;
  if (isAbsent(given)) return null;
  const id = readName(given);
  if (id === '') {
    warnings.add('run_id', 'must be text');
    return null;
  }
  const short = shortenId(id, reportLimits.runIdCharacters);
  if (short !== id) {
    warnings.add('run_id', `was shortened to ${reportLimits.runIdCharacters} characters`, {
      isChanged: true,
    });
  }
  return short;
}

function readHost(body: Body, warnings: ReportWarnings): string | null {
  const host = readName(body.host);
  if (host !== '') return clip(host, reportLimits.hostCharacters, 'host', warnings);
  if (!isAbsent(body.host)) warnings.add('host', 'must be text');
  return null;
}

/** Reads the metrics that are numbers. */
function readMetrics(body: Body, warnings: ReportWarnings): Record<string, number> | null {
  const given = asObject(body.metrics);
  if (isAbsent(given)) return null;
  if (typeof given !== 'object' || Array.isArray(given)) {
    warnings.add('metrics', 'must be an object of numbers');
    return null;
  }
  const read = new Map<string, number>();
  let isTooMany = false;
  for (const [given_name, value] of Object.entries(given as object)) {
    const name = cleanText(given_name);
    const number = asNumber(value);
    const field = `metrics.${name}`;
    if (isAbsent(value)) continue;
    if (name === '__proto__') warnings.add(field, 'is not a name that can be stored');
    else if (countCharacters(name) > reportLimits.metricNameCharacters)
      warnings.add(field, `must have a name of at most ${reportLimits.metricNameCharacters} characters`);
    else if (typeof number !== 'number' || !Number.isFinite(number)) warnings.add(field, 'must be a number');
    else if (read.size === reportLimits.metrics) isTooMany = true;
    else read.set(name, number);
  }
  if (isTooMany)
    warnings.add('metrics', `must have at most ${reportLimits.metrics} entries; the others were left out`);
  return Object.fromEntries(read);
}

/** Redacts and clips a text. */
function readText(
  body: Body,
  name: 'message' | 'log',
  schema: z.ZodType<string | null | undefined>,
  secrets: readonly string[],
  warnings: ReportWarnings,
): string | null {
  const text = readField(body, name, schema, asText, warnings);
  return text ? redactSecrets(cleanText(text), secrets) || null : null;
}

function readIdempotencyKey(given: string | null): string | null {
  const key = cleanName(given ?? '');
  return key === '' ? null : shortenId(key, reportLimits.idempotencyKeyCharacters);
}

function readTool(body: Body, warnings: ReportWarnings): Pick<FinishReport, 'toolId' | 'isToolUnreadable'> {
  const toolId = readField(body, 'tool_id', jobReport.shape.tool_id, asUuid, warnings) ?? null;
  return toolId === null && !isAbsent(body.tool_id) ? { toolId, isToolUnreadable: true } : { toolId };
}

/**
 * Parses the body of `POST /api/monitor/job-report`. Only its required fields refuse it, in the contract's sentences and order;
 * any other field is taken as meant or left out [rule 39: the outcome goes through].
 * @throws InvalidInputError
 */
export function parseJobReport(input: unknown, context: ReportContext): ParsedReport<FinishReport> {
  const body = toObject(input);
  const { secrets, now } = context;
  const warnings = new ReportWarnings(secrets);
  const { shape } = jobReport;
  const jobKey = requireName(body, 'job_key');
  const title = requireName(body, 'title');
  // Trimmed, as from a shell on Windows; any other spelling was always refused.
  const status = typeof body.status === 'string' ? trimText(body.status) : null;
  if (status !== 'success' && status !== 'error') {
    throw new InvalidInputError("status must be 'success' or 'error'");
  }
  const given = new Times(body, context);
  const finishedAt = given.required('finished_at');
  checkJobKey(jobKey);
  const message = readText(body, 'message', shape.message, secrets, warnings);
  const log = readText(body, 'log', shape.log, secrets, warnings);
  const exitCode = readField(body, 'exit_code', shape.exit_code, asNumber, warnings);
  const report: FinishReport = {
    kind: 'finish',
    jobKey,
    title: clip(title, limits.jobs.title.max, 'title', warnings),
    ...readTool(body, warnings),
    host: readHost(body, warnings),
    state: status === 'success' ? 'success' : 'failed',
    startedAt: given.optional('started_at', warnings),
    finishedAt,
    durationMs: readField(body, 'duration_ms', shape.duration_ms, asMeasure, warnings) ?? null,
    reportKey: reportKeyOf({
      runId: readRunId(body, warnings),
      idempotencyKey: readIdempotencyKey(context.idempotencyKey),
      status,
      finishedAt,
    }),
    sentAt: given.optional('sent_at', warnings),
    message: message && clipMessage(message),
    exitCode: exitCode == null ? null : exitCode | 0,
    metrics: readMetrics(body, warnings),
    log: log ? excerptLog(log) : null,
    expectation: readExpectation(body.schedule, warnings, now),
  };
  return { report, warnings: warnings.list };
}

/**
 * Parses the body of `POST /api/monitor/job-start`; returns the start and the sender's run id. Only its required fields refuse
 * it.
 * @throws InvalidInputError
 */
export function parseJobStart(
  input: unknown,
  context: Omit<ReportContext, 'idempotencyKey'>,
): ParsedReport<StartReport> & { runId: string } {
  const body = toObject(input);
  const warnings = new ReportWarnings(context.secrets);
  const jobKey = requireName(body, 'job_key');
  const title = requireName(body, 'title');
  const runId = requireName(body, 'run_id');
  const given = new Times(body, context);
  const startedAt = given.required('started_at');
  checkJobKey(jobKey);
  const report: StartReport = {
    kind: 'start',
    jobKey,
    title: clip(title, limits.jobs.title.max, 'title', warnings),
    ...readTool(body, warnings),
    host: readHost(body, warnings),
    reportKey: `run:${readRunId(body, warnings) ?? runId}`,
    startedAt,
    sentAt: given.optional('sent_at', warnings),
  };
  return { report, warnings: warnings.list, runId };
}
