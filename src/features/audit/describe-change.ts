import type { AuditEntry } from '#data/audit-row.ts';

/** One column of a change; a side is null if it has no value. */
export interface ChangedField {
  field: string;
  before: unknown;
  after: unknown;
}

// Not shown: the entry already shows its subject and actor, and the portal sets the others itself.
const technical = new Set([
  'id',
  'tenant_id',
  'user_id',
  'job_id',
  'plugin_id',
  'created_by',
  'invited_by',
  'accepted_by',
  'replaces_id',
  'origin_run_id',
  'latest_run_id',
  'latest_ordered_at',
  'last_used_at',
  'next_due_at',
  'next_nominal_at',
  'last_nominal_at',
  'health_checked_at',
]);

type Values = NonNullable<AuditEntry['before']>;

const isObject = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isEmpty = (value: unknown) =>
  value === null ||
  value === undefined ||
  value === '' ||
  (typeof value === 'object' && Object.keys(value).length === 0);

const declared: Record<string, string> = {
  type: 'expected_schedule_type',
  expression: 'expected_cron',
  seconds: 'expected_interval_seconds',
  timezone: 'expected_time_zone',
};

/** Declarations and inputs are stored as objects; users know their parts. */
function spread(values: Values | null): Values {
  const { expectation, payload, manifest, ...rest } = values ?? {};
  const inputs = isObject(payload)
    ? Object.fromEntries(Object.entries(payload).map(([name, value]) => [`payload.${name}`, value]))
    : {};
  const columns = isObject(expectation)
    ? Object.fromEntries(Object.entries(expectation).map(([name, value]) => [declared[name] ?? name, value]))
    : {};
  return {
    ...rest,
    ...columns,
    ...inputs,
    // The rest of a manifest is too long for a line.
    ...(isObject(manifest) ? { version: manifest.version } : {}),
  };
}

// What users look for first; jsonb orders keys by the length of their names.
const first = [
  'title',
  'name',
  'email',
  'role',
  'kind',
  'scopes',
  'is_enabled',
  'schedule_type',
  'cron_expression',
  'interval_seconds',
  'run_at',
  'expected_schedule_type',
  'expected_cron',
  'expected_interval_seconds',
];
const rank = (field: string) => (first.includes(field) ? first.indexOf(field) : first.length);

/** Returns the columns of a change that matter to users, the most important first. */
export function describeChange(
  entry: Pick<AuditEntry, 'before' | 'after'> & { subjectName?: string },
): ChangedField[] {
  const before = spread(entry.before);
  const after = spread(entry.after);
  const isUpdate = entry.before !== null && entry.after !== null;
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((field) => !technical.has(field))
    .map((field) => ({ field, before: before[field] ?? null, after: after[field] ?? null }))
    .filter((change) => !isEmpty(change.before) || !isEmpty(change.after))
    .filter((change) =>
      isUpdate
        ? JSON.stringify(change.before) !== JSON.stringify(change.after)
        : // The entry already shows it.
          (change.before ?? change.after) !== entry.subjectName,
    )
    .sort((left, right) => rank(left.field) - rank(right.field));
}
