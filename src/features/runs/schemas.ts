import { z } from 'zod';
import { limits } from '#domain/limits.ts';
import {
  type InstantPageCursor,
  type PagePosition,
  parseInstantPageCursor,
  parsePosition,
} from '#domain/page-cursor.ts';
import { calendarDayParam, pageParams, searchParam, type SearchParams } from '#http/search-params.ts';
import { runStates, type RunState, runTriggers, type RunTrigger } from '#domain/run-state.ts';

/** What the list of runs is narrowed to; days in the tenant's zone. */
export interface RunFilter {
  state: RunState | null;
  trigger: RunTrigger | null;
  jobId: string | null;
  pluginId: string | null;
  from: string | null;
  to: string | null;
}

const runsAddress = z.object({
  state: searchParam(z.enum(runStates)),
  trigger: searchParam(z.enum(runTriggers)),
  job: searchParam(z.guid()),
  plugin: searchParam(z.guid()),
  from: calendarDayParam,
  to: calendarDayParam,
  ...pageParams(),
  run: searchParam(z.guid()),
});

/** Reads the address of a list of runs; what makes no sense is as if it were not there. */
export function parseRunsAddress(searchParams: SearchParams): {
  filter: RunFilter;
  position: PagePosition<InstantPageCursor> | null;
  /** The run that is open beside the list. */
  shownId: string | null;
} {
  const address = runsAddress.parse(searchParams);
  return {
    filter: {
      state: address.state,
      trigger: address.trigger,
      jobId: address.job,
      pluginId: address.plugin,
      from: address.from,
      to: address.to,
    },
    position: parsePosition(address, parseInstantPageCursor),
    shownId: address.run,
  };
}

/** The query of a list of runs, as its address has it. */
export function queryOf(filter: RunFilter): Record<string, string | null> {
  const { state, trigger, jobId: job, pluginId: plugin, from, to } = filter;
  return { state, trigger, job, plugin, from, to };
}

/** The form that starts a run; the payload's fields are read by readPayloadForm. */
export const startRunInput = z.looseObject({
  jobId: z.guid(),
  cursorChoice: z.enum(['stored', 'other']).default('stored'),
  cursor: z.string().max(limits.jobs.cursor.max, 'problems.tooLong').default(''),
  /** The address without the dialog, when the address has opened it. */
  closedHref: z.string().max(2_000).optional(),
});

export const runIdInput = z.object({ runId: z.guid() });

/** The form that starts a finished run once more. */
export const rerunRunInput = z.looseObject({
  runId: z.guid(),
  cursorChoice: z.enum(['stored', 'origin', 'other']).default('stored'),
  cursor: z.string().max(limits.jobs.cursor.max, 'problems.tooLong').default(''),
});
