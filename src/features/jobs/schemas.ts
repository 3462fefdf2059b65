import { z } from 'zod';
import { limits } from '#domain/limits.ts';
import {
  type InstantPageCursor,
  type PagePosition,
  parseInstantPageCursor,
  parsePosition,
} from '#domain/page-cursor.ts';
import {
  calendarDayParam,
  pageParams,
  searchParam,
  type SearchParams,
  searchText,
} from '#http/search-params.ts';

export const jobStates = ['error', 'late', 'success', 'running', 'neverRun'] as const;

/** The filter of the list of jobs. */
export interface JobFilter {
  search: string;
  state: (typeof jobStates)[number] | null;
  toolId: string | null;
}

// PostgreSQL refuses NUL in text.
const jobKey = z
  .string()
  .min(1)
  .max(limits.jobs.jobKey.max)
  .refine((key) => !key.includes('\0'));

const jobsAddress = z.object({
  q: searchText,
  state: searchParam(z.enum(jobStates)),
  tool: searchParam(z.uuid()),
  ...pageParams(jobKey),
  new: searchParam(z.literal('job')),
});

/** Reads the URL of the list of jobs, whose page cursor is a job's key; ignores invalid values. */
export function parseJobsAddress(searchParams: SearchParams): {
  filter: JobFilter;
  position: PagePosition<string> | null;
  /** Whether the dialog for a new job is open. */
  isNewJobAsked: boolean;
} {
  const address = jobsAddress.parse(searchParams);
  return {
    filter: { search: address.q ?? '', state: address.state, toolId: address.tool },
    position: parsePosition(address, (key) => key),
    isNewJobAsked: address.new === 'job',
  };
}

export const outcomes = ['success', 'failed', 'canceled', 'running'] as const;

/** The filter of a job's history; days in the tenant's zone. */
export interface HistoryFilter {
  outcome: (typeof outcomes)[number] | null;
  from: string | null;
  to: string | null;
}

const historyAddress = z.object({
  outcome: searchParam(z.enum(outcomes)),
  from: calendarDayParam,
  to: calendarDayParam,
  ...pageParams(),
});

/** Reads the URL of a job's page. */
export function parseHistoryAddress(searchParams: SearchParams): {
  filter: HistoryFilter;
  position: PagePosition<InstantPageCursor> | null;
} {
  const address = historyAddress.parse(searchParams);
  return {
    filter: { outcome: address.outcome, from: address.from, to: address.to },
    position: parsePosition(address, parseInstantPageCursor),
  };
}

export const jobId = z.guid();

export const lockExpectationInput = z.object({
  jobId,
  isLocked: z.enum(['true', 'false']).transform((value) => value === 'true'),
});

export const jobInput = z.object({ jobId });
