import { z } from 'zod';
import {
  type JobStatusPageCursor,
  type PagePosition,
  parseJobStatusPageCursor,
  parsePosition,
} from '#domain/page-cursor.ts';

const first = (value: unknown): unknown => (Array.isArray(value) ? value[0] : value);
const optional = <T extends z.ZodType>(schema: T) => z.preprocess(first, schema.optional().catch(undefined));

const jobStatusAddress = z.object({
  q: optional(z.string().trim().max(200)),
  state: optional(z.enum(['error', 'success'])),
  tool: optional(z.uuid()),
  after: optional(z.string().max(100)),
  before: optional(z.string().max(100)),
});

/** What the list of incidents is narrowed to. */
export interface JobStatusFilter {
  search: string;
  state: 'error' | 'success' | null;
  toolId: string | null;
}

/** Reads an address; whatever makes no sense in it is as if it were not there. */
export function parseJobStatusAddress(searchParams: Record<string, string | string[] | undefined>): {
  filter: JobStatusFilter;
  position: PagePosition<JobStatusPageCursor> | null;
} {
  const address = jobStatusAddress.parse(searchParams);
  return {
    filter: { search: address.q ?? '', state: address.state ?? null, toolId: address.tool ?? null },
    position: parsePosition(address, parseJobStatusPageCursor),
  };
}
