import { z } from 'zod';
import {
  type JobStatusPageCursor,
  type PagePosition,
  parseJobStatusPageCursor,
  parsePosition,
} from '#domain/page-cursor.ts';
import type { ShownStatus } from '#domain/job-status.ts';
import { pageParams, searchParam, type SearchParams, searchText } from '#http/search-params.ts';

const jobStatusAddress = z.object({
  q: searchText,
  state: searchParam(z.enum(['error', 'late', 'success'])),
  tool: searchParam(z.uuid()),
  ...pageParams(),
});

/** The filter of the incidents page. */
export interface JobStatusFilter {
  search: string;
  state: ShownStatus | null;
  toolId: string | null;
}

/** Reads the filter from a URL; ignores invalid values. */
export function parseJobStatusAddress(searchParams: SearchParams): {
  filter: JobStatusFilter;
  position: PagePosition<JobStatusPageCursor> | null;
} {
  const address = jobStatusAddress.parse(searchParams);
  return {
    filter: { search: address.q ?? '', state: address.state, toolId: address.tool },
    position: parsePosition(address, parseJobStatusPageCursor),
  };
}
