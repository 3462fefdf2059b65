import { NotFoundError } from '#domain/errors.ts';
import type { Actor } from '#auth/actor.ts';
import { type PortalRunDetail, readPortalRun, readRunForms } from './portal-run.ts';
import { getRunOnce, type Reporter, readReporter, type RunDetail } from './queries.ts';

/** A run with all that its page and its drawer show. */
export interface WholeRun {
  run: RunDetail;
  reporter: Reporter;
  /** Null for a run that reported in. */
  portalRun: PortalRunDetail | null;
  /** The cursor that its job has now. */
  jobCursor: string | null;
  mayCancel: boolean;
  mayRerun: boolean;
}

/** @throws NotFoundError for a run that is not there, or not of this company */
export async function readWholeRun(member: Actor, id: string): Promise<WholeRun> {
  const run = await getRunOnce(member, id);
  const [reporter, portalRun, forms] = await Promise.all([
    readReporter(member, run.apiKeyId),
    readPortalRun(member, run.id),
    readRunForms(member, [run.job.id]),
  ]);
  const isAdmin = member.role === 'admin';
  return {
    run,
    reporter,
    portalRun,
    jobCursor: forms.get(run.job.id)?.cursor ?? null,
    mayCancel: portalRun !== null && (isAdmin || portalRun.requestedBy === member.userId),
    mayRerun: isAdmin,
  };
}

/** The run that a list's address names; null where it names none, or one that is not there any more. */
export async function findShownRun(member: Actor, id: string | null): Promise<WholeRun | null> {
  if (id === null) return null;
  try {
    return await readWholeRun(member, id);
  } catch (error) {
    if (error instanceof NotFoundError) return null;
    throw error;
  }
}
