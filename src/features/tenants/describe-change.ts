import type { AuditEntry } from '#data/audit-row.ts';

/** One column of a change; a side is null when there was no such value. */
export interface ChangedField {
  field: string;
  before: unknown;
  after: unknown;
}

// They say nothing to a person: the subject's name is shown, and who did it stands beside.
const technical = new Set([
  'id',
  'tenant_id',
  'user_id',
  'job_id',
  'created_by',
  'invited_by',
  'accepted_by',
  'replaces_id',
]);

const isEmpty = (value: unknown) => value === null || value === undefined || value === '';

/** The columns that a person wants to see of a change, in the order of the row. */
export function describeChange({ before, after }: Pick<AuditEntry, 'before' | 'after'>): ChangedField[] {
  const fields = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  return [...fields]
    .filter((field) => !technical.has(field))
    .map((field) => ({ field, before: before?.[field] ?? null, after: after?.[field] ?? null }))
    .filter((change) => !isEmpty(change.before) || !isEmpty(change.after));
}
