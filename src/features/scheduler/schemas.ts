import { z } from 'zod';
import { type InstantCursor, parseInstantCursor } from '#domain/page-cursor.ts';
import type { TitleCursor } from './queries.ts';

const first = (value: unknown): unknown => (Array.isArray(value) ? value[0] : value);
const optional = <T extends z.ZodType>(schema: T) => z.preprocess(first, schema.optional().catch(undefined));

type SearchParams = Record<string, string | string[] | undefined>;

export const switchStates = ['enabled', 'disabled'] as const;

/** What the list of scheduled jobs is narrowed to. */
export interface ScheduleFilter {
  search: string;
  state: (typeof switchStates)[number] | null;
  pluginId: string | null;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A place in the list as it stands in an address. */
export function formatTitleCursor({ title, id }: TitleCursor): string {
  return `${id}~${title}`;
}

function parseTitleCursor(text: string): TitleCursor | null {
  const separator = text.indexOf('~');
  const id = text.slice(0, separator);
  return uuid.test(id) ? { title: text.slice(separator + 1), id } : null;
}

const schedulesAddress = z.object({
  q: optional(z.string().trim().max(200)),
  state: optional(z.enum(switchStates)),
  plugin: optional(z.guid()),
  after: optional(z.string().min(1).max(600)),
});

/** Reads the address of the list of scheduled jobs; what makes no sense is as if it were not there. */
export function parseSchedulesAddress(searchParams: SearchParams): {
  filter: ScheduleFilter;
  after: TitleCursor | null;
} {
  const address = schedulesAddress.parse(searchParams);
  return {
    filter: { search: address.q ?? '', state: address.state ?? null, pluginId: address.plugin ?? null },
    after: address.after === undefined ? null : parseTitleCursor(address.after),
  };
}

const ledgerAddress = z.object({ after: optional(z.string().max(100)) });

/** Reads the address of a job's ledger. */
export function parseLedgerAddress(searchParams: SearchParams): { after: InstantCursor | null } {
  const { after } = ledgerAddress.parse(searchParams);
  return { after: after === undefined ? null : parseInstantCursor(after) };
}

const isOn = z.enum(['true', 'false']).transform((value) => value === 'true');

export const setJobEnabledInput = z.object({ jobId: z.guid(), isEnabled: isOn });

export const setSchedulerEnabledInput = z.object({ isEnabled: isOn });

export const jobIdInput = z.object({ jobId: z.guid() });

/** The form of a schedule; its own fields are read by readScheduleForm. */
export const scheduleFormInput = z.looseObject({ jobId: z.guid() });
