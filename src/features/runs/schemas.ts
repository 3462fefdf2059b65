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

/** The filter of the list of runs; days in the tenant's zone. */
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

/** Reads the URL of a list of runs; ignores invalid values. */
export function parseRunsAddress(searchParams: SearchParams): {
  filter: RunFilter;
  position: PagePosition<InstantPageCursor> | null;
  /** The run that is open next to the list. */
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

/** The query string of a list of runs. */
export function queryOf(filter: RunFilter): Record<string, string | null> {
  const { state, trigger, jobId: job, pluginId: plugin, from, to } = filter;
  return { state, trigger, job, plugin, from, to };
}

/** The form that starts a run; readPayloadForm reads the payload's fields. */
export const startRunInput = z.looseObject({
  jobId: z.guid(),
  cursorChoice: z.enum(['stored', 'other']).default('stored'),
  cursor: z.string().max(limits.jobs.cursor.max, 'problems.tooLong').default(''),
  /** The URL without the dialog, if the URL opened it. */
  closedHref: z.string().max(2_000).optional(),
});

export const runIdInput = z.object({ runId: z.guid() });

/** The form that reruns a finished run. */
export const rerunRunInput = z.looseObject({
  runId: z.guid(),
  cursorChoice: z.enum(['stored', 'origin', 'other']).default('stored'),
  cursor: z.string().max(limits.jobs.cursor.max, 'problems.tooLong').default(''),
});
