import { z } from 'zod';
import type { ServiceClient } from '#data/clients/service.ts';
import type { Json } from '#data/database.types.ts';
import type { ScheduleColumns } from '#data/schedule-row.ts';
import { unwrap } from '#data/unwrap.ts';
import { offReasons, type OffPeriod } from '#domain/schedule/plan-occurrences.ts';

const callMsMax = 30_000;
const signal = () => AbortSignal.timeout(callMsMax);

/** A due schedule as stored; instants are texts, so that they can be sent back unchanged. */
export interface DueSchedule extends ScheduleColumns {
  id: string;
  tenantId: string;
  nextNominalAt: string;
  updatedAt: string;
  /** What a changed or deleted schedule left undecided; null for the current one. */
  superseded: { id: string; supersededAt: Date; isDeleted: boolean } | null;
  /** When the job, its plugin or all schedules were switched off. */
  offPeriods: OffPeriod[];
  /** When the schedule was found to be due. */
  asOf: Date;
}

const toDate = z.string().transform((stored) => new Date(stored));
const offPeriodRows = z
  .array(z.object({ since: toDate, until: toDate.nullable(), reason: z.enum(offReasons) }))
  .nullable();

/** Returns the schedules that are due at `now` (default: the database's clock), the longest overdue first. */
export async function listDueSchedules(
  client: ServiceClient,
  now: Date | undefined,
  limit: number,
): Promise<DueSchedule[]> {
  const answer = await client
    .rpc('list_due_schedules', { p_now: now?.toISOString(), p_limit: limit })
    .abortSignal(signal());
  return unwrap(answer).map((row) => ({
    ...row,
    tenantId: row.tenant_id,
    nextNominalAt: row.next_nominal_at,
    updatedAt: row.updated_at,
    superseded:
      row.superseded_id === null
        ? null
        : {
            id: row.superseded_id,
            supersededAt: new Date(row.superseded_at ?? 0),
            isDeleted: row.is_deleted,
          },
    offPeriods: offPeriodRows.parse(row.off_periods) ?? [],
    asOf: now ?? new Date(row.as_of),
  }));
}

/** One or more consecutive instants with the same decision; instants that run are never grouped. */
export interface PlannedInstants {
  nominalAt: string;
  throughNominalAt: string;
  count: number;
  dueAt: string;
  decision: 'run' | 'skip';
  reason: string | null;
  /** Missed, and made up for with others. */
  isMadeUp?: boolean;
}

/** What a tick does with one schedule, if the schedule has not changed since it was read. */
export interface SchedulePlan {
  scheduleId: string;
  /** The version of the schedule that is planned, if it is not the current one. */
  supersededId: string | null;
  expectedNominalAt: string;
  expectedUpdatedAt: string;
  /** Null: no instant was decided. */
  lastNominalAt: string | null;
  nextNominalAt: string | null;
  nextDueAt: string | null;
  instants: PlannedInstants[];
}

const appliedTick = z.object({
  moved: z.int(),
  stale: z.int(),
  enqueued: z.int(),
  skipped: z.int(),
  missed: z.int(),
});

/** The result of a tick: schedules advanced or already advanced by another tick, runs queued, instants skipped and missed. */
export type AppliedTick = z.output<typeof appliedTick>;

const toPlanRow = (plan: SchedulePlan): Json => ({
  schedule_id: plan.scheduleId,
  superseded_id: plan.supersededId,
  expected_nominal_at: plan.expectedNominalAt,
  expected_updated_at: plan.expectedUpdatedAt,
  last_nominal_at: plan.lastNominalAt,
  next_nominal_at: plan.nextNominalAt,
  next_due_at: plan.nextDueAt,
  occurrences: plan.instants.map((instant) => ({
    nominal_at: instant.nominalAt,
    through_nominal_at: instant.throughNominalAt,
    instant_count: instant.count,
    due_at: instant.dueAt,
    decision: instant.decision,
    reason: instant.reason,
    is_made_up: instant.isMadeUp ?? false,
  })),
});

/**
 * Writes occurrences, runs, queue messages and next instants in one transaction. Concurrent calls are safe.
 * @throws UnavailableError, DatabaseError or ConflictError if a plan cannot be stored; then nothing was stored
 */
export async function applyTick(
  client: ServiceClient,
  now: Date,
  plans: readonly SchedulePlan[],
): Promise<AppliedTick> {
  const answer = await client
    .rpc('apply_tick', { p_now: now.toISOString(), p_plans: plans.map(toPlanRow) })
    .abortSignal(signal())
    .retry(false);
  return appliedTick.parse(unwrap(answer));
}

const counts = z.record(z.string(), z.number());
const portalMetrics = z
  .object({ jobs: counts, runs: counts, recent_runs: counts })
  .transform(({ jobs, runs, recent_runs: recentRuns }) => ({ jobs, runs, recentRuns }));

/** Jobs by status, unfinished runs by state, and runs of the last five minutes by state. */
export type PortalMetrics = z.output<typeof portalMetrics>;

/** @param tenantId limits the counts to this tenant */
export async function readPortalMetrics(client: ServiceClient, tenantId?: string): Promise<PortalMetrics> {
  const answer = await client
    .rpc('read_portal_metrics', { p_tenant_id: tenantId })
    .abortSignal(AbortSignal.timeout(10_000))
    .retry(false);
  return portalMetrics.parse(unwrap(answer));
}
