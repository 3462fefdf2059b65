import { PortalError } from '#domain/errors.ts';
import { cleanText } from '#domain/excerpt.ts';
import { limits } from '#domain/limits.ts';
import { redactSecrets } from '#domain/redaction.ts';
import type { Note } from '#http/machine-route.ts';

const keyInText = /"job_key"\s{0,20}:\s{0,20}"((?:[^"\\]|\\.){1,400})/;

function keyOf(body: unknown): string | null {
  if (typeof body === 'string') return keyInText.exec(body)?.[1] ?? null;
  const key = typeof body === 'object' && body !== null && 'job_key' in body ? body.job_key : null;
  return typeof key === 'string' || typeof key === 'number' ? String(key) : null;
}

/**
 * Does the work, and writes into the request's line in the log which job is concerned if it is refused: scripts often
 * discard the response.
 * @param body as parsed, or its text if it is not JSON
 */
export async function logRefusedJob<T>(
  { note, body, secrets }: { note: Note; body: unknown; secrets: readonly string[] },
  work: () => T | Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const key = error instanceof PortalError ? keyOf(body) : null;
    if (key !== null)
      note({ job_key: redactSecrets(cleanText(key), secrets).slice(0, limits.jobs.jobKey.max) });
    throw error;
  }
}
