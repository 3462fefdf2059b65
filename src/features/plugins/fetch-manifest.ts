import { z } from 'zod';
import { limits, manifestBytesMax } from '#domain/limits.ts';
import type { DeclaredPlugin } from '#data/plugin-row.ts';
import { InvalidInputError } from '#domain/errors.ts';
import { readManifest } from '#features/plugins/read-manifest.ts';
import { type GuardedFetch, TargetRefusedError, TargetUnreachableError } from '#plugins/outgoing-request.ts';

const answerMsMax = 10_000;

const problemWith = (problem: string): InvalidInputError =>
  new InvalidInputError(`The plugin.json could not be read: ${problem}`, [{ field: 'baseUrl', problem }]);

/** Normalizes a service's base URL, and refuses credentials, a query or a fragment. */
function cleanBaseUrl(text: string): string {
  const parsed = z
    .url({ protocol: /^https?$/ })
    .max(limits.plugins.baseUrl.max)
    .safeParse(text.trim());
  if (!parsed.success || /[?#@]/.test(parsed.data)) {
    throw new InvalidInputError('The address must be http or https, without credentials, query or fragment', [
      {
        field: 'baseUrl',
        problem: 'must be an http or https address without credentials, query or fragment',
      },
    ]);
  }
  return parsed.data.replace(/\/+$/, '');
}

/**
 * Fetches `plugin.json` of a remote plugin. The URL from the admin counts, not the one in the manifest.
 * @throws InvalidInputError with what is wrong
 */
export async function fetchManifest(
  baseUrl: string,
  { fetch, now, defaultTimeZone }: { fetch: GuardedFetch; now: Date; defaultTimeZone: string },
): Promise<DeclaredPlugin> {
  const base = cleanBaseUrl(baseUrl);
  let text: string;
  try {
    const answer = await fetch(`${base}/plugin.json`, {
      headers: { accept: 'application/json' },
      timeoutMs: answerMsMax,
      bytesMax: manifestBytesMax,
    });
    if (answer.status !== 200) throw problemWith(`the service returned ${answer.status}`);
    if (answer.isCut) throw problemWith(`it is larger than ${manifestBytesMax} bytes`);
    text = answer.text;
  } catch (error) {
    if (error instanceof TargetRefusedError || error instanceof TargetUnreachableError) {
      throw problemWith(error.message);
    }
    throw error;
  }
  let written: unknown;
  try {
    written = JSON.parse(text);
  } catch {
    throw problemWith('it is not JSON');
  }
  const object = z.looseObject({}).safeParse(written);
  if (!object.success) throw problemWith('it is not an object');
  return readManifest({ ...object.data, kind: 'remote', baseUrl: base }, { now, defaultTimeZone });
}
