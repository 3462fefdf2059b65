import { z } from 'zod';
import { isCalendarDay } from '#domain/calendar-day.ts';
import {
  type InstantPageCursor,
  type PagePosition,
  parseInstantPageCursor,
  parsePosition,
} from '#domain/page-cursor.ts';

const first = (value: unknown): unknown => (Array.isArray(value) ? value[0] : value);
const optional = <T extends z.ZodType>(schema: T) => z.preprocess(first, schema.optional().catch(undefined));

type SearchParams = Record<string, string | string[] | undefined>;

export const jobStates = ['error', 'success', 'running', 'neverRun'] as const;

/** What the list of jobs is narrowed to. */
export interface JobFilter {
  search: string;
  state: (typeof jobStates)[number] | null;
  toolId: string | null;
}

// PostgreSQL refuses NUL in text.
const jobKey = z
  .string()
  .min(1)
  .max(200)
  .refine((key) => !key.includes('\0'));

const jobsAddress = z.object({
  q: optional(z.string().trim().max(200)),
  state: optional(z.enum(jobStates)),
  tool: optional(z.uuid()),
  after: optional(jobKey),
  before: optional(jobKey),
  new: optional(z.literal('job')),
});

/** Reads the address of the list of jobs, whose cursor is a job's key; what makes no sense is as if it were not there. */
export function parseJobsAddress(searchParams: SearchParams): {
  filter: JobFilter;
  position: PagePosition<string> | null;
  /** Whether it is asked what kind of job to make. */
  isNewJobAsked: boolean;
} {
  const address = jobsAddress.parse(searchParams);
  return {
    filter: { search: address.q ?? '', state: address.state ?? null, toolId: address.tool ?? null },
    position: parsePosition(address, (key) => key),
    isNewJobAsked: address.new === 'job',
  };
}

export const outcomes = ['success', 'failed', 'canceled', 'running'] as const;

/** What a job's history is narrowed to; days in the tenant's zone. */
export interface HistoryFilter {
  outcome: (typeof outcomes)[number] | null;
  from: string | null;
  to: string | null;
}

const day = z.string().refine(isCalendarDay);

const historyAddress = z.object({
  outcome: optional(z.enum(outcomes)),
  from: optional(day),
  to: optional(day),
  after: optional(z.string().max(100)),
  before: optional(z.string().max(100)),
});

/** Reads the address of a job's page. */
export function parseHistoryAddress(searchParams: SearchParams): {
  filter: HistoryFilter;
  position: PagePosition<InstantPageCursor> | null;
} {
  const address = historyAddress.parse(searchParams);
  return {
    filter: { outcome: address.outcome ?? null, from: address.from ?? null, to: address.to ?? null },
    position: parsePosition(address, parseInstantPageCursor),
  };
}

export const jobId = z.guid();

export const lockExpectationInput = z.object({
  jobId,
  isLocked: z.enum(['true', 'false']).transform((value) => value === 'true'),
});

export const deleteJobInput = z.object({ jobId });
