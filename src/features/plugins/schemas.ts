import { z } from 'zod';
import { limits } from '#domain/limits.ts';
import { parseWholeNumber } from '#domain/whole-number.ts';
import { shownText } from '#forms/shown-text.ts';
import { secretNamePattern } from '#domain/plugin/secret-name.ts';

const isOn = z.enum(['true', 'false']).transform((value) => value === 'true');

const wholeNumber = ({ min, max }: { min: number; max: number }) =>
  z
    .string()
    .transform((text) => parseWholeNumber(text) ?? Number.NaN)
    .refine((value) => value >= min && value <= max, {
      error: 'plugins.problems.number',
      params: { min, max },
    });

const title = shownText(limits.jobs.title);

export const setPluginEnabledInput = z.object({ pluginId: z.guid(), isEnabled: isOn });

export const pluginIdInput = z.object({ pluginId: z.guid() });

export const addRemotePluginInput = z.object({
  baseUrl: z
    .url({ protocol: /^https?$/, error: 'problems.notAWebAddress' })
    .max(limits.plugins.baseUrl.max, 'problems.tooLong'),
});

/** The form that creates a job of a plugin; readPayloadForm reads the payload's fields. */
export const newJobInput = z.looseObject({
  pluginId: z.guid(),
  jobName: z.string().max(100),
  title,
  jobKey: shownText(limits.jobs.jobKey).regex(/^\S+$/, 'plugins.job.invalidKey'),
});

/** The form that changes a job of a plugin. */
export const jobSettingsInput = z.looseObject({
  jobId: z.guid(),
  pluginId: z.guid(),
  jobName: z.string().max(100),
  title,
  timeoutSeconds: wholeNumber(limits.jobs.timeoutSeconds),
  maxAttempts: wholeNumber(limits.jobs.maxAttempts),
  backoffSeconds: wholeNumber(limits.jobs.backoffSeconds),
  maxBackoffSeconds: wholeNumber(limits.jobs.maxBackoffSeconds),
  concurrencyLimit: z.union([z.literal('').transform(() => null), wholeNumber(limits.jobs.concurrencyLimit)]),
  cursor: z
    .string()
    .max(limits.jobs.cursor.max, 'problems.tooLong')
    .optional()
    .transform((text) => (text === '' ? null : text)),
  // A checkbox sends nothing if it is not checked.
  staffCanRun: z
    .string()
    .optional()
    .transform((value) => value !== undefined),
});

const secretName = z
  .string()
  .trim()
  .regex(secretNamePattern, 'plugins.problems.secretName')
  .max(limits.jobSecrets.name.max, 'problems.tooLong');

export const setSecretInput = z.object({
  jobId: z.guid(),
  secretName,
  secretValue: z.string().min(1, 'problems.required').max(limits.jobSecrets.value.max, 'problems.tooLong'),
});

export const deleteSecretInput = z.object({ jobId: z.guid(), secretName });
