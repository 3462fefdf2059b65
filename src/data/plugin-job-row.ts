import type { Tables } from '#data/database.types.ts';
import { toInstant } from './database-instant.ts';
import { toLocalizedText } from '#data/localized-text.ts';
import {
  nextInstant,
  type ScheduleColumns,
  scheduleColumns,
  toSchedule,
  toSchedulePolicies,
} from '#data/schedule-row.ts';
import { type LocalizedText, localizedTextSchema } from '#domain/plugin/payload-schema.ts';
import { parseLastStatus } from '#domain/job-status.ts';
import { nextNominal } from '#domain/schedule/next-occurrence.ts';
import { offReasons, type OffReason } from '#domain/schedule/plan-occurrences.ts';
import type { Schedule, SchedulePolicies } from '#domain/schedule/schedule.ts';
import { parseRunState, parseRunTrigger, type RunState, type RunTrigger } from '#domain/run-state.ts';

export const pluginJobColumns =
  `job_id, job_key, title, titles, plugin_id, plugin_key, plugin_name, plugin_names, plugin_job_name, declared_description, is_enabled, is_plugin_enabled, job_created_at, schedule_id, ${scheduleColumns}, next_nominal_at, next_due_at, last_nominal_at, last_status, last_finished_at, last_message, latest_run_id, latest_run_state, latest_run_trigger, latest_run_at, latest_run_finished_at, off_reason, off_since, off_by` as const;

/** When a job runs, and the schedule's current position. */
export interface JobSchedule {
  id: string;
  /** Null if the stored schedule is unreadable: nothing starts until it is saved again. */
  when: { schedule: Schedule; policies: SchedulePolicies } | null;
  /** Null while the job, its plugin or all schedules are off, and after the schedule has ended. */
  nextNominalAt: string | null;
  /** The same instant plus the spread offset. */
  nextDueAt: string | null;
  lastNominalAt: string | null;
}

/** What is off, the widest first: all schedules, the plugin, the job. */
export interface OffState {
  reason: OffReason;
  since: string;
  by: string;
}

/** A job that the portal runs, with its schedule, its status and its newest run. */
export interface PluginJob {
  jobId: string;
  jobKey: string;
  title: LocalizedText;
  /** The text that lists are ordered by, in every language. */
  storedTitle: string;
  plugin: { id: string; key: string; name: LocalizedText; isEnabled: boolean };
  /** Its name in the plugin's manifest. */
  name: string;
  /** Its description in the manifest. */
  description: LocalizedText | null;
  isEnabled: boolean;
  createdAt: string;
  schedule: JobSchedule | null;
  /** Why no schedule starts it now, since when, and who switched it off (empty for the portal itself); null if it is on. */
  off: OffState | null;
  status: { lastStatus: 'error' | 'success'; lastFinishedAt: string; lastMessage: string | null } | null;
  latestRun: {
    id: string;
    state: RunState;
    trigger: RunTrigger;
    /** When the run started, or was queued if it has not started. */
    at: string;
    finishedAt: string | null;
    /** Set by the query, because the view does not say since when it is running. */
    isRunningLong: boolean;
  } | null;
}

type PluginJobRow = Omit<Tables<'plugin_job_overview'>, 'tenant_id' | 'name_text'>;

const toMaybeInstant = (stored: string | null): string | null => (stored === null ? null : toInstant(stored));

/** Reads when a job runs; null if the stored schedule is unreadable. */
export function toWhen(row: ScheduleColumns & { job_created_at: string }): JobSchedule['when'] {
  try {
    const schedule = toSchedule(row);
    // Only compiling the expression shows whether it is valid.
    nextNominal(schedule, new Date(row.job_created_at));
    return { schedule, policies: toSchedulePolicies(row) };
  } catch {
    return null;
  }
}

function toOffState({ off_reason: stored, off_since: since, off_by: by }: PluginJobRow): OffState | null {
  const reason = offReasons.find((known) => known === stored);
  return reason && since !== null ? { reason, since: toInstant(since), by: by ?? '' } : null;
}

function toJobSchedule(row: PluginJobRow): JobSchedule | null {
  if (row.schedule_id === null) return null;
  const when = toWhen(row);
  const place = row.off_reason === null ? row.next_nominal_at : null;
  const next = when && nextInstant(row.schedule_id, when, place);
  return {
    id: row.schedule_id,
    when,
    nextNominalAt: next?.nextNominalAt?.toISOString() ?? null,
    nextDueAt: next?.nextDueAt?.toISOString() ?? null,
    lastNominalAt: toMaybeInstant(row.last_nominal_at),
  };
}

/** Reads a row of plugin_job_overview. */
export function toPluginJob(row: PluginJobRow): PluginJob {
  return {
    jobId: row.job_id,
    jobKey: row.job_key,
    title: toLocalizedText(row.title, row.titles),
    storedTitle: row.title,
    plugin: {
      id: row.plugin_id ?? '',
      key: row.plugin_key,
      name: toLocalizedText(row.plugin_name, row.plugin_names),
      isEnabled: row.is_plugin_enabled,
    },
    name: row.plugin_job_name ?? '',
    description: localizedTextSchema.safeParse(row.declared_description).data ?? null,
    isEnabled: row.is_enabled,
    createdAt: toInstant(row.job_created_at),
    schedule: toJobSchedule(row),
    off: toOffState(row),
    status:
      row.last_status === null || row.last_finished_at === null
        ? null
        : {
            lastStatus: parseLastStatus(row.last_status),
            lastFinishedAt: toInstant(row.last_finished_at),
            lastMessage: row.last_message,
          },
    latestRun:
      row.latest_run_id === null || row.latest_run_state === null || row.latest_run_at === null
        ? null
        : {
            id: row.latest_run_id,
            state: parseRunState(row.latest_run_state),
            trigger: parseRunTrigger(row.latest_run_trigger ?? ''),
            at: toInstant(row.latest_run_at),
            finishedAt: toMaybeInstant(row.latest_run_finished_at),
            isRunningLong: false,
          },
  };
}
