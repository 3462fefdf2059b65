'use server';

import { redirect, unstable_rethrow } from 'next/navigation';
import { getLocale, getTranslations } from 'next-intl/server';
import type { ActionState } from '#components/ui/action-form.tsx';
import { formatExactTime, formatRelativeTime } from '#components/ui/format-time.ts';
import { ForbiddenError, InvalidInputError, PortalError } from '#domain/errors.ts';
import { describeSchedule } from '#domain/schedule/describe-schedule.ts';
import { requireAdmin } from '#auth/actor.ts';
import { requireMember } from '#auth/current-member.ts';
import { defineAction } from '#forms/define-action.ts';
import { readFormEntries, readFormValues } from '#forms/read-form.ts';
import { jobPath } from '#http/paths.ts';
import { deleteSchedule as deleteScheduleVerb } from './delete-schedule.ts';
import { previewSchedule as previewScheduleVerb } from './preview-schedule.ts';
import { saveSchedule as saveScheduleVerb } from './save-schedule.ts';
import { getPluginJob } from './queries.ts';
import { instantsInForm, readScheduleForm } from './schedule-form.ts';
import { jobIdInput, scheduleFormInput, setJobEnabledInput, setSchedulerEnabledInput } from './schemas.ts';
import { setJobEnabled as setJobEnabledVerb } from './set-job-enabled.ts';
import { setSchedulerEnabled as setSchedulerEnabledVerb } from './set-scheduler-enabled.ts';

/** Enables or disables a job. */
export const setJobEnabled = defineAction({
  access: 'admin',
  schema: setJobEnabledInput,
  async handle(input, admin) {
    await setJobEnabledVerb(admin, input);
  },
});

/** Starts or stops all schedules of the company. */
export const setSchedulerEnabled = defineAction({
  access: 'admin',
  schema: setSchedulerEnabledInput,
  handle: (input, admin) => setSchedulerEnabledVerb(admin, input),
});

const save = defineAction<typeof scheduleFormInput, PreviewAnswer>({
  access: 'admin',
  schema: scheduleFormInput,
  async handle({ jobId, ...form }, admin) {
    const now = new Date();
    const stored = instantsInForm((await getPluginJob(admin, jobId)).schedule?.when ?? null);
    const { schedule, policies } = readScheduleForm(form, { now, timeZone: admin.timeZone, stored });
    await saveScheduleVerb(admin, { jobId, schedule, policies }, now);
    redirect(jobPath(jobId));
  },
});

/**
 * Saves a job's schedule, and redirects to the job. Without JavaScript, a separate button of the form previews the
 * schedule instead.
 */
export async function saveSchedule(
  previous: ActionState<PreviewAnswer> | undefined,
  form: FormData,
): Promise<ActionState<PreviewAnswer>> {
  if (form.get('intent') !== 'preview') return save(undefined, form);
  return { ok: false, code: 'preview', values: readFormValues(form), data: await previewSchedule(form) };
}

/** Deletes a job's schedule, and redirects to the job. */
export const deleteSchedule = defineAction({
  access: 'admin',
  schema: jobIdInput,
  async handle({ jobId }, admin) {
    await deleteScheduleVerb(admin, { jobId });
    redirect(jobPath(jobId));
  },
});

/** Returns the next instants of a form's schedule in words, or its problems. */
export type PreviewAnswer =
  | {
      ok: true;
      words: string;
      instants: { at: string; exact: string; relative: string; note: string | null }[];
    }
  | { ok: false; problems: string[] };

/** Previews an unsaved schedule. It changes nothing, so the page is not refreshed. */
export async function previewSchedule(form: FormData): Promise<PreviewAnswer> {
  const [t, locale] = await Promise.all([getTranslations(), getLocale()]);
  try {
    const { timeZone } = requireAdmin(await requireMember());
    const now = new Date();
    const { schedule, policies } = readScheduleForm(readFormEntries(form), { now, timeZone });
    const scheduleId = form.get('scheduleId');
    const zone = schedule.type === 'cron' ? schedule.timeZone : timeZone;
    const instants = previewScheduleVerb(
      { schedule, policies, count: 5, scheduleId: typeof scheduleId === 'string' ? scheduleId : undefined },
      now,
    );
    return {
      ok: true,
      words: describeSchedule(schedule, { locale, timeZone }),
      instants: instants.map(({ nominalAt, dueAt, decision }) => {
        const at = dueAt.toISOString();
        const isSpread = dueAt.getTime() !== nominalAt.getTime();
        return {
          at,
          exact: formatExactTime(at, locale, zone),
          relative: formatRelativeTime(dueAt, now, locale),
          note:
            decision === 'skip'
              ? t('schedules.form.previewBlackout')
              : isSpread
                ? t('schedules.form.previewNominal', {
                    time: formatExactTime(nominalAt.toISOString(), locale, zone),
                  })
                : null,
        };
      }),
    };
  } catch (error) {
    unstable_rethrow(error);
    if (error instanceof InvalidInputError) {
      const problems = error.details.map(({ problem, values }) =>
        t.has(problem as 'problems.invalid')
          ? t(problem as 'problems.invalid', values)
          : t('problems.invalid'),
      );
      return { ok: false, problems };
    }
    if (error instanceof ForbiddenError) return { ok: false, problems: [t('problems.forbidden')] };
    if (error instanceof PortalError) return { ok: false, problems: [t('problems.unavailable')] };
    throw error;
  }
}
