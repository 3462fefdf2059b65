'use server';

import { redirect } from 'next/navigation';
import { getTranslations } from 'next-intl/server';
import { defineAction } from '#forms/define-action.ts';
import { deleteJob as deleteJobVerb } from './delete-job.ts';
import { lockExpectation as lockExpectationVerb } from './lock-expectation.ts';
import { deleteJobInput, lockExpectationInput } from './schemas.ts';

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

/** Deletes a job with its status, runs and logs, and redirects to the list of jobs. */
export const deleteJob = defineAction({
  access: 'admin',
  schema: deleteJobInput,
  async handle(input, admin) {
    await deleteJobVerb(admin, input);
    redirect('/jobs');
  },
});
