'use server';

import { redirect } from 'next/navigation';
import { getTranslations } from 'next-intl/server';
import { defineAction } from '#forms/define-action.ts';
import { deleteJob as deleteJobVerb } from './delete-job.ts';
import { dismissLateFailures as dismissLateFailuresVerb } from './dismiss-late-failures.ts';
import { lockExpectation as lockExpectationVerb } from './lock-expectation.ts';
import { jobInput, lockExpectationInput } from './schemas.ts';

/** Locks a job's expectation, or lets reports change it again. */
export const lockExpectation = defineAction({
  access: 'admin',
  schema: lockExpectationInput,
  async handle(input, admin) {
    await lockExpectationVerb(admin, input);
    const t = await getTranslations('jobs.expectation');
    return { message: t(input.isLocked ? 'lockedDone' : 'unlockedDone') };
  },
});

/** Marks the failures of a job that were reported late as known. */
export const dismissLateFailures = defineAction({
  access: 'admin',
  schema: jobInput,
  async handle(input, admin) {
    await dismissLateFailuresVerb(admin, input);
    const t = await getTranslations('jobs.lateFailure');
    return { message: t('dismissed') };
  },
});

/** Deletes a job with its status, runs and logs, and redirects to the list of jobs. */
export const deleteJob = defineAction({
  access: 'admin',
  schema: jobInput,
  async handle(input, admin) {
    await deleteJobVerb(admin, input);
    redirect('/jobs');
  },
});
