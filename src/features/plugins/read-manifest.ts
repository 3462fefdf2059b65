import type { DeclaredPlugin } from '#data/plugin-row.ts';
import { InvalidInputError } from '#domain/errors.ts';
import { parseManifest, type PluginJob } from '#domain/plugin/manifest.ts';
import { validatePayload } from '#domain/plugin/payload-schema.ts';

/** Whether a job can run without anybody having said what with. */
function runsByItself({ payloadSchema }: PluginJob): boolean {
  return payloadSchema === null || validatePayload(payloadSchema, {}).ok;
}

/**
 * Reads a plugin.json. A job that needs input before it can run at all becomes no job by itself: it is a form from which
 * admins make any number of jobs.
 * @throws InvalidInputError with what is wrong
 */
export function readManifest(
  written: unknown,
  { now, defaultTimeZone }: { now: Date; defaultTimeZone: string },
): DeclaredPlugin {
  const parsed = parseManifest(written, { now, defaultTimeZone });
  if (!parsed.ok) throw new InvalidInputError('The plugin.json is wrong', parsed.problems);
  const { manifest } = parsed;
  return { manifest, written, jobNames: manifest.jobs.filter(runsByItself).map(({ name }) => name) };
}
