import { NotFoundError } from '#domain/errors.ts';
import type { Actor } from '#auth/actor.ts';
import { type PortalRunDetail, readPortalRun, readRunForms } from './portal-run.ts';
import { getRunOnce, type Reporter, readReporter, type RunDetail } from './queries.ts';

/** A run with everything that its page and drawer show. */
export interface WholeRun {
  run: RunDetail;
  reporter: Reporter;
  /** Null for a run of an external job. */
  portalRun: PortalRunDetail | null;
  /** The job's current cursor. */
  jobCursor: string | null;
  mayCancel: boolean;
  mayRerun: boolean;
}

/** @throws NotFoundError if the run does not exist in this company */
export async function readWholeRun(member: Actor, id: string): Promise<WholeRun> {
  const run = await getRunOnce(member, id);
  const isAdmin = member.role === 'admin';
  const [reporter, portalRun, forms] = await Promise.all([
    readReporter(member, run.apiKeyId),
    readPortalRun(member, run.id),
    // Only those who can rerun it need the job's cursor.
    isAdmin ? readRunForms(member, [run.job.id]) : null,
  ]);
  return {
    run,
    reporter,
    portalRun,
    jobCursor: forms?.get(run.job.id)?.cursor ?? null,
    mayCancel: portalRun !== null && (isAdmin || portalRun.requestedBy === member.userId),
    mayRerun: isAdmin,
  };
}

/** Returns the run that a list's URL names; null if it names none or the run no longer exists. */
export async function findShownRun(member: Actor, id: string | null): Promise<WholeRun | null> {
  if (id === null) return null;
  try {
    return await readWholeRun(member, id);
  } catch (error) {
    if (error instanceof NotFoundError) return null;
    throw error;
  }
}
