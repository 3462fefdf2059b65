import type { Tables } from '#data/database.types.ts';

export const runLogColumns = 'head, tail, cut_characters' as const;

/** The stored part of a run's log. */
export interface RunLog {
  head: string;
  tail: string;
  cutCharacters: number;
}

/** Reads a row of run_logs. */
export function toRunLog(row: Pick<Tables<'run_logs'>, 'head' | 'tail' | 'cut_characters'>): RunLog {
  return { head: row.head, tail: row.tail, cutCharacters: row.cut_characters };
}
