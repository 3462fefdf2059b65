import { z } from 'zod';
import {
  type InstantPageCursor,
  type PagePosition,
  parseInstantPageCursor,
  parsePosition,
  parseTitlePageCursor,
  type TitlePageCursor,
} from '#domain/page-cursor.ts';
import { pageParams, searchParam, type SearchParams, searchText } from '#http/search-params.ts';

export const switchStates = ['enabled', 'disabled'] as const;

/** The filter of the list of scheduled jobs. */
export interface ScheduleFilter {
  search: string;
  state: (typeof switchStates)[number] | null;
  pluginId: string | null;
}

// An id, a separator and a title of 500 characters, of up to four bytes each, in Base64.
const titlePageCursorText = z.string().min(1).max(2_800);

const schedulesAddress = z.object({
  q: searchText,
  state: searchParam(z.enum(switchStates)),
  plugin: searchParam(z.guid()),
  ...pageParams(titlePageCursorText),
  'run-now': searchParam(z.guid()),
  new: searchParam(z.literal('job')),
});

/** Reads the URL of the list of scheduled jobs; ignores invalid values. */
export function parseSchedulesAddress(searchParams: SearchParams): {
  filter: ScheduleFilter;
  position: PagePosition<TitlePageCursor> | null;
  /** The job whose dialog to run it now is open. */
  runNowId: string | null;
  /** Whether the dialog for a new job is open. */
  isNewJobAsked: boolean;
} {
  const address = schedulesAddress.parse(searchParams);
  return {
    filter: { search: address.q ?? '', state: address.state, pluginId: address.plugin },
    position: parsePosition(address, parseTitlePageCursor),
    runNowId: address['run-now'],
    isNewJobAsked: address.new === 'job',
  };
}

const ledgerAddress = z.object({ after: pageParams().after });

/** Reads the URL of a job's ledger. */
export function parseLedgerAddress(searchParams: SearchParams): { after: InstantPageCursor | null } {
  const { after } = ledgerAddress.parse(searchParams);
  return { after: after === null ? null : parseInstantPageCursor(after) };
}

const isOn = z.enum(['true', 'false']).transform((value) => value === 'true');

export const setJobEnabledInput = z.object({ jobId: z.guid(), isEnabled: isOn });

export const setSchedulerEnabledInput = z.object({ isEnabled: isOn });

export const jobIdInput = z.object({ jobId: z.guid() });

/** The form of a schedule; readScheduleForm reads the schedule's own fields. */
export const scheduleFormInput = z.looseObject({ jobId: z.guid() });
