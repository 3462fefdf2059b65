import type { DeclaredPlugin } from '#data/plugin-row.ts';
import { InvalidInputError } from '#domain/errors.ts';
import { parseManifest, type PluginJob } from '#domain/plugin/manifest.ts';
import { validatePayload } from '#domain/plugin/payload-schema.ts';

/** Whether a job can run without any input from an admin. */
function runsByItself({ payloadSchema }: PluginJob): boolean {
  return payloadSchema === null || validatePayload(payloadSchema, {}).ok;
}

/**
 * Reads a plugin.json. A job that requires input is not created automatically: it is a form from which admins create
 * any number of jobs.
 * @throws InvalidInputError with what is wrong
 */
export function readManifest(
  written: unknown,
  { now, defaultTimeZone }: { now: Date; defaultTimeZone: string },
): DeclaredPlugin {
  const parsed = parseManifest(written, { now, defaultTimeZone });
  if (!parsed.ok) throw new InvalidInputError('The plugin.json is invalid', parsed.problems);
  const { manifest } = parsed;
  return { manifest, written, jobNames: manifest.jobs.filter(runsByItself).map(({ name }) => name) };
}
