'use server';

import { redirect } from 'next/navigation';
import { getTranslations } from 'next-intl/server';
import { InvalidInputError } from '#domain/errors.ts';
import type { PayloadSchema } from '#domain/plugin/payload-schema.ts';
import type { AdminActor } from '#auth/actor.ts';
import { defineAction } from '#forms/define-action.ts';
import { readPayloadForm } from '#forms/payload-form.ts';
import { jobPath, jobSchedulePath } from '#http/paths.ts';
import { changePlugin, deleteRemotePlugin as deleteRemotePluginVerb } from './change-plugin.ts';
import { changePluginJob } from './change-plugin-job.ts';
import { createPluginJob } from './create-plugin-job.ts';
import { getPlugin, manifestJobOf } from './queries.ts';
import {
  refreshRemotePlugin as refreshRemotePluginVerb,
  registerRemotePlugin,
  rotatePluginSecret as rotatePluginSecretVerb,
} from './register-remote-plugin.ts';
import {
  addRemotePluginInput,
  jobSettingsInput,
  newJobInput,
  pluginIdInput,
  deleteSecretInput,
  setPluginEnabledInput,
  setSecretInput,
} from './schemas.ts';
import { setJobSecret as setJobSecretVerb } from './set-job-secret.ts';

/** Problems of a fetched plugin.json or its URL are in English; they are shown as a detail of a translated sentence. */
async function withAddressProblem<Result>(ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    const detail = error.details
      .slice(0, 3)
      .map(({ field, problem }) => `${field}: ${problem}`)
      .join(' / ');
    throw new InvalidInputError(error.message, [
      { field: 'baseUrl', problem: 'plugins.problems.address', values: { detail: detail || error.message } },
    ]);
  }
}

/** Enables or disables a plugin. */
export const setPluginEnabled = defineAction({
  access: 'admin',
  schema: setPluginEnabledInput,
  handle: ({ pluginId, isEnabled }, admin) => changePlugin(admin, pluginId, { isEnabled }),
});

/** Adds an HTTP service as a plugin and returns its signing secret, which is shown only once. */
export const addRemotePlugin = defineAction({
  access: 'admin',
  schema: addRemotePluginInput,
  rules: { plugin_key_is_unique_in_its_tenant: 'plugins.problems.idTaken' },
  async handle({ baseUrl }, admin) {
    const { secret } = await withAddressProblem(() => registerRemotePlugin(admin, baseUrl));
    return { data: { secret } };
  },
});

/** Replaces a plugin's signing secret and returns the new one. */
export const rotatePluginSecret = defineAction({
  access: 'admin',
  schema: pluginIdInput,
  async handle({ pluginId }, admin) {
    const { secret } = await rotatePluginSecretVerb(admin, pluginId);
    return { data: { secret } };
  },
});

/** Reads a remote plugin's plugin.json again. */
export const refreshRemotePlugin = defineAction({
  access: 'admin',
  schema: pluginIdInput,
  async handle({ pluginId }, admin) {
    await withAddressProblem(() => refreshRemotePluginVerb(admin, pluginId));
    return { message: (await getTranslations('plugins.refresh'))('done') };
  },
});

/** Deletes a remote plugin with its jobs, and redirects to the list. */
export const deleteRemotePlugin = defineAction({
  access: 'admin',
  schema: pluginIdInput,
  async handle({ pluginId }, admin) {
    await deleteRemotePluginVerb(admin, pluginId);
    redirect('/plugins');
  },
});

async function readSchema(
  admin: AdminActor,
  pluginId: string,
  jobName: string,
): Promise<PayloadSchema | null> {
  const declared = manifestJobOf(await getPlugin(admin, pluginId), jobName);
  if (!declared) {
    throw new InvalidInputError('No such job', [{ field: 'title', problem: 'plugins.job.noSuchJob' }]);
  }
  return declared.payloadSchema;
}

/** Creates a job of a plugin, and redirects to the form of its schedule. */
export const createJob = defineAction({
  access: 'admin',
  schema: newJobInput,
  rules: { job_key_is_unique_in_its_tenant: 'plugins.job.keyTaken' },
  async handle({ pluginId, jobName, title, jobKey, ...form }, admin) {
    const payload = readPayloadForm(await readSchema(admin, pluginId, jobName), form);
    const { jobId } = await createPluginJob(admin, { pluginId, jobName, title, jobKey, payload });
    redirect(jobSchedulePath(jobId));
  },
});

/** Changes a job of a plugin, and redirects to it. */
export const changeJobSettings = defineAction({
  access: 'admin',
  schema: jobSettingsInput,
  rules: { job_backoff_is_at_most_the_longest: 'plugins.settings.contradiction' },
  async handle(input, admin) {
    const { jobId, pluginId, jobName, title, cursor, staffCanRun, ...form } = input;
    const { timeoutSeconds, maxAttempts, backoffSeconds, maxBackoffSeconds, concurrencyLimit } = form;
    if (maxBackoffSeconds < backoffSeconds) {
      throw new InvalidInputError('The maximum delay is shorter than the delay', [
        { field: 'maxBackoffSeconds', problem: 'plugins.settings.contradiction' },
      ]);
    }
    const payload = readPayloadForm(await readSchema(admin, pluginId, jobName), form);
    await changePluginJob(admin, jobId, {
      title,
      payload,
      timeoutSeconds,
      maxAttempts,
      backoffSeconds,
      maxBackoffSeconds,
      concurrencyLimit,
      cursor,
      staffCanRun,
    });
    redirect(jobPath(jobId));
  },
});

export const setJobSecret = defineAction({
  access: 'admin',
  schema: setSecretInput,
  async handle({ jobId, secretName, secretValue }, admin) {
    await setJobSecretVerb(admin, jobId, { name: secretName, value: secretValue });
    return { message: (await getTranslations('plugins.settings'))('secretSaved') };
  },
});

export const deleteJobSecret = defineAction({
  access: 'admin',
  schema: deleteSecretInput,
  handle: ({ jobId, secretName }, admin) => setJobSecretVerb(admin, jobId, { name: secretName, value: null }),
});
