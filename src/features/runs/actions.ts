'use server';

import { redirect, RedirectType } from 'next/navigation';
import { getTranslations } from 'next-intl/server';
import { NotFoundError } from '#domain/errors.ts';
import { defineAction } from '#forms/define-action.ts';
import { ownPath, runPath } from '#http/paths.ts';
import { readPayloadForm } from '#forms/payload-form.ts';
import { cancelRun as cancelRunVerb } from './cancel-run.ts';
import { readPortalRun, readRunForms } from './portal-run.ts';
import { rerunRun as rerunRunVerb } from './rerun-run.ts';
import { rerunRunInput, runIdInput, startRunInput } from './schemas.ts';
import { startRun as startRunVerb } from './start-run.ts';

const rules = {
  run_belongs_to_an_enabled_plugin: 'runs.problems.pluginOff',
  run_belongs_to_a_plugin_job: 'runs.problems.notOurs',
  canceled_run_was_not_finished: 'runs.problems.alreadyOver',
  rerun_run_was_finished: 'runs.problems.notOver',
};

/** Reads the cursor from a form; undefined to use the job's own. */
function cursorOf(choice: 'stored' | 'other', text: string): { cursor?: string | null } {
  return choice === 'stored' ? {} : { cursor: text === '' ? null : text };
}

/** Starts a run now, with the form's payload if there is one. The page shows it at once. Staff start what they may run. */
export const startRun = defineAction({
  access: 'member',
  schema: startRunInput,
  rules,
  async handle({ jobId, cursorChoice, cursor, closedHref, ...form }, member) {
    const runForm = (await readRunForms(member, [jobId])).get(jobId);
    const schema = runForm?.declared?.payloadSchema ?? null;
    const payload = 'hasPayload' in form ? readPayloadForm(schema, form) : undefined;
    await startRunVerb(member, jobId, { payload, ...cursorOf(cursorChoice, cursor) });
    if (closedHref !== undefined) redirect(ownPath(closedHref), RedirectType.replace);
  },
});

/** Cancels a run; staff may cancel runs that they started. */
export const cancelRun = defineAction({
  access: 'member',
  schema: runIdInput,
  rules,
  async handle({ runId }, member) {
    const { state } = await cancelRunVerb(member, runId);
    const t = await getTranslations('runs.cancel');
    return { message: t(state === 'canceled' ? 'done' : 'asked') };
  },
});

/** Reruns a finished run, and redirects to the new one. */
export const rerunRun = defineAction({
  access: 'admin',
  schema: rerunRunInput,
  rules,
  async handle({ runId, cursorChoice, cursor, ...form }, admin) {
    const origin = await readPortalRun(admin, runId);
    if (origin === null) throw new NotFoundError('Run not found');
    const schema = origin.declared?.payloadSchema ?? null;
    const payload = 'hasPayload' in form ? readPayloadForm(schema, form) : undefined;
    const chosen =
      cursorChoice === 'origin' ? { cursor: origin.cursorBefore } : cursorOf(cursorChoice, cursor);
    const { runId: startedId } = await rerunRunVerb(admin, runId, { payload, ...chosen });
    redirect(runPath(startedId));
  },
});
