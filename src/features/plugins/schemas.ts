import { z } from 'zod';

const isOn = z.enum(['true', 'false']).transform((value) => value === 'true');

const wholeNumber = (min: number, max: number) =>
  z.coerce
    .number('plugins.problems.number')
    .int('plugins.problems.number')
    .min(min, 'plugins.problems.number')
    .max(max, 'plugins.problems.number');

const title = z.string().trim().min(1, 'problems.required').max(500, 'problems.tooLong');

export const setPluginEnabledInput = z.object({ pluginId: z.guid(), isEnabled: isOn });

export const pluginIdInput = z.object({ pluginId: z.guid() });

export const addRemotePluginInput = z.object({
  baseUrl: z.url({ protocol: /^https?$/, error: 'problems.notAWebAddress' }).max(2_000, 'problems.tooLong'),
});

/** The form that makes a job of a plugin; the payload's fields are read by readPayloadForm. */
export const newJobInput = z.looseObject({
  pluginId: z.guid(),
  jobName: z.string().max(100),
  title,
  jobKey: z
    .string()
    .trim()
    .min(1, 'problems.required')
    .max(200, 'plugins.job.invalidKey')
    .regex(/^\S+$/, 'plugins.job.invalidKey'),
});

/** The form that changes a job of a plugin. */
export const jobSettingsInput = z.looseObject({
  jobId: z.guid(),
  pluginId: z.guid(),
  jobName: z.string().max(100),
  title,
  timeoutSeconds: wholeNumber(1, 86_400),
  maxAttempts: wholeNumber(1, 100),
  backoffSeconds: wholeNumber(0, 86_400),
  maxBackoffSeconds: wholeNumber(0, 86_400),
  concurrencyLimit: z.union([z.literal('').transform(() => null), wholeNumber(1, 1_000)]),
  cursor: z
    .string()
    .max(4_000, 'problems.tooLong')
    .optional()
    .transform((text) => (text === '' ? null : text)),
});

const secretName = z
  .string()
  .trim()
  .regex(/^[a-z][a-z0-9_]{0,63}$/, 'plugins.problems.secretName');

export const setSecretInput = z.object({
  jobId: z.guid(),
  secretName,
  secretValue: z.string().min(1, 'problems.required').max(8_000, 'problems.tooLong'),
});

export const deleteSecretInput = z.object({ jobId: z.guid(), secretName });
