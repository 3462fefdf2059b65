import type { Excerpt } from './excerpt.ts';

/** When a job should run and how strictly, as its report declares it. */
export interface Expectation {
  type: 'cron' | 'interval';
  expression?: string;
  timezone?: string;
  seconds?: number;
  earlyToleranceSeconds?: number;
  lateToleranceSeconds?: number;
  maxRunSeconds?: number;
  minRunSeconds?: number;
  failureThreshold?: number;
  recoveryThreshold?: number;
}

/** What every message about a run contains. */
interface RunReport {
  jobKey: string;
  title: string;
  toolId: string | null;
  /** It names a tool, but not by a UUID: the job keeps the tool that it has. */
  isToolUnreadable?: true;
  host: string | null;
  /** Identifies repeats of the same report, see `reportKeyOf`. */
  reportKey: string;
  /** When it was sent, by the sender's clock: with it a wrong clock can be measured. */
  sentAt: string | null;
}

/** A script reports that its run has finished. Instants are in UTC, in ISO 8601. */
export interface FinishReport extends RunReport {
  kind: 'finish';
  state: 'success' | 'failed';
  startedAt: string | null;
  finishedAt: string;
  durationMs: number | null;
  message: string | null;
  exitCode: number | null;
  metrics: Record<string, number> | null;
  log: Excerpt | null;
  expectation: Expectation | null;
}

/** A script reports that its run has started. */
export interface StartReport extends RunReport {
  kind: 'start';
  startedAt: string;
}

export type Report = FinishReport | StartReport;

/**
 * Returns what identifies repeats of the same report [rule 2: repeats]: the run, else the sender's idempotency key, else the
 * outcome and finish time (for 24 hours, checked by the database).
 */
export function reportKeyOf(report: {
  runId: string | null;
  idempotencyKey: string | null;
  status: 'success' | 'error';
  finishedAt: string;
}): string {
  if (report.runId !== null) return `run:${report.runId}`;
  if (report.idempotencyKey !== null) return `idempotency:${report.idempotencyKey}`;
  return `same:${report.status}:${report.finishedAt}`;
}
