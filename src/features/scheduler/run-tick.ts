import { createServiceClient, type ServiceClient } from '#data/clients/service.ts';
import { noteHeartbeat } from '#data/run-queue.ts';
import {
  type AppliedTick,
  applyTick,
  type DueSchedule,
  listDueSchedules,
  type SchedulePlan,
} from '#data/scheduler.ts';
import { DatabaseError } from '#data/unwrap.ts';
import { ConflictError } from '#domain/errors.ts';
import { describeError, writeLog } from '#http/log.ts';
import { announceRuns } from '#process/waiting-runs.ts';
import { planBroken, planSchedule } from '#features/scheduler/plan-schedule.ts';

const pageSize = 1_000;
const budgetMsDefault = 20_000;
/** Maximum number of ledger rows per transaction, unless a single schedule has more: about a second of work. */
const instantsPerCall = 2_000;

/** What a tick did. */
export interface TickSummary {
  /** Schedules that were due. */
  due: number;
  /** Runs put on the queue. */
  enqueued: number;
  /** Instants skipped by a rule: disabled, blackout, overlap. */
  skipped: number;
  /** Missed runs that are not caught up. */
  missed: number;
  /** Schedules that another tick or a user changed first. */
  stale: number;
  /** Invalid schedules; their ledger says so, and they are not due until they are saved again. */
  broken: number;
  elapsedMs: number;
}

/**
 * Runs one pass of the scheduler: reads every due schedule, decides in TypeScript, and writes occurrence, run, queue
 * message and next instant in transactions of limited size. Ticks can run concurrently, late, early or again after a
 * crash [rule 20: one instant, one run]. Records its result in the heartbeat `scheduler`.
 * @param now replaces the database's clock in tests; the clock of the machine that ticks does not matter
 * @param budgetMs no transaction starts after this time; the rest is due at the next tick
 * @throws UnavailableError if the database is unavailable: earlier pages were committed, the rest is still due
 */
export async function runTick({
  now,
  client = createServiceClient(),
  budgetMs = budgetMsDefault,
}: {
  now?: Date;
  client?: ServiceClient;
  budgetMs?: number;
} = {}): Promise<TickSummary> {
  const startedAtMs = performance.now();
  const elapsedMs = () => Math.round(performance.now() - startedAtMs);
  const summary: TickSummary = {
    due: 0,
    enqueued: 0,
    skipped: 0,
    missed: 0,
    stale: 0,
    broken: 0,
    elapsedMs: 0,
  };
  let tickedFor: Date | undefined;
  for (;;) {
    const due = await listDueSchedules(client, now, pageSize);
    tickedFor = due[0]?.asOf ?? tickedFor;
    const isOver = () => elapsedMs() > budgetMs;
    const applied = due.length > 0 ? await takePage(client, due, summary, isOver) : null;
    // If no schedule has moved, the next read would return the same page.
    if (!applied || applied.moved + applied.stale === 0 || isOver()) break;
    // What changed schedules left undecided comes alone, before what is due now.
    if (due.length < pageSize && due[0]?.superseded == null) break;
  }
  summary.elapsedMs = elapsedMs();
  // For a tick that finds nothing, list_due_schedules has already recorded the heartbeat.
  if (summary.due > 0) {
    await noteHeartbeat(client, 'scheduler', { ...summary, ticked_for: tickedFor?.toISOString() ?? null });
    writeLog('info', 'tick', { ...summary });
  }
  return summary;
}

/** One schedule can be planned in several versions. */
const keyOf = ({ scheduleId, supersededId }: SchedulePlan): string => supersededId ?? scheduleId;

async function takePage(
  client: ServiceClient,
  due: readonly DueSchedule[],
  summary: TickSummary,
  isOver: () => boolean,
): Promise<AppliedTick> {
  const brokenPlans = new Map<string, SchedulePlan>();
  const plans = due.map((schedule) => {
    const resting = planBroken(schedule);
    brokenPlans.set(keyOf(resting), resting);
    try {
      return planSchedule(schedule, schedule.asOf);
    } catch (error) {
      summary.broken += 1;
      writeLog('error', 'schedule_broken', {
        schedule_id: schedule.id,
        tenant_id: schedule.tenantId,
        ...describeError(error),
      });
      return resting;
    }
  });
  let applied = nothing;
  const now = due[0]?.asOf ?? new Date();
  for (const batch of batchesOf(plans)) {
    const part = await applyPlans(client, now, batch, brokenPlans, summary);
    if (part.enqueued > 0) announceRuns();
    applied = addUp(applied, part);
    if (isOver()) break;
  }
  summary.due += due.length;
  summary.enqueued += applied.enqueued;
  summary.skipped += applied.skipped;
  summary.missed += applied.missed;
  summary.stale += applied.stale;
  return applied;
}

/**
 * Splits plans into batches with a limited number of instants, small plans first: a schedule that catches up on a day must
 * neither exceed the time limit of a call nor delay punctual schedules.
 */
function batchesOf(plans: readonly SchedulePlan[]): SchedulePlan[][] {
  const batches: SchedulePlan[][] = [];
  let room = 0;
  for (const plan of plans.toSorted((one, other) => one.instants.length - other.instants.length)) {
    room -= plan.instants.length;
    const last = batches.at(-1);
    if (last && room >= 0) {
      last.push(plan);
    } else {
      batches.push([plan]);
      room = instantsPerCall - plan.instants.length;
    }
  }
  return batches;
}

const nothing: AppliedTick = { moved: 0, stale: 0, enqueued: 0, skipped: 0, missed: 0 };

/** Applies plans; a plan that the database refuses must not block the others of its page. */
async function applyPlans(
  client: ServiceClient,
  now: Date,
  plans: readonly SchedulePlan[],
  brokenPlans: Map<string, SchedulePlan>,
  summary: TickSummary,
): Promise<AppliedTick> {
  try {
    return await applyTick(client, now, plans);
  } catch (error) {
    if (!(error instanceof DatabaseError || error instanceof ConflictError)) throw error;
    const [first] = plans;
    if (plans.length > 1) {
      const middle = Math.ceil(plans.length / 2);
      const left = await applyPlans(client, now, plans.slice(0, middle), brokenPlans, summary);
      const right = await applyPlans(client, now, plans.slice(middle), brokenPlans, summary);
      return addUp(left, right);
    }
    const resting = first && brokenPlans.get(keyOf(first));
    writeLog('error', 'schedule_refused', { schedule_id: first?.scheduleId, ...describeError(error) });
    summary.broken += 1;
    if (!resting) return nothing;
    brokenPlans.delete(keyOf(resting));
    return applyPlans(client, now, [resting], brokenPlans, summary);
  }
}

function addUp(left: AppliedTick, right: AppliedTick): AppliedTick {
  return {
    moved: left.moved + right.moved,
    stale: left.stale + right.stale,
    enqueued: left.enqueued + right.enqueued,
    skipped: left.skipped + right.skipped,
    missed: left.missed + right.missed,
  };
}
