import type { Json, Tables } from '#data/database.types.ts';
import { toInstant } from './database-instant.ts';

export const auditColumns =
  'id, actor_kind, actor_name, action, subject_kind, subject_id, subject_name, before, after, created_at' as const;

type AuditRow = Pick<
  Tables<'audit_log'>,
  | 'id'
  | 'actor_kind'
  | 'actor_name'
  | 'action'
  | 'subject_kind'
  | 'subject_id'
  | 'subject_name'
  | 'before'
  | 'after'
  | 'created_at'
>;

/** One change: who, what, before and after. */
export interface AuditEntry {
  id: number;
  actorKind: string;
  actorName: string;
  action: string;
  subjectKind: string;
  subjectId: string;
  subjectName: string;
  /** Values by column name. */
  before: Record<string, Json | undefined> | null;
  after: Record<string, Json | undefined> | null;
  at: string;
}

function toValues(value: Json): Record<string, Json | undefined> | null {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : null;
}

/** Reads a row of audit_log. */
export function toAuditEntry(row: AuditRow): AuditEntry {
  return {
    id: row.id,
    actorKind: row.actor_kind,
    actorName: row.actor_name,
    action: row.action,
    subjectKind: row.subject_kind,
    subjectId: row.subject_id,
    subjectName: row.subject_name,
    before: toValues(row.before),
    after: toValues(row.after),
    at: toInstant(row.created_at),
  };
}
