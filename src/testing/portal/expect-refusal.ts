import { expect } from 'vitest';
import { findFreePort } from '#server/ports.ts';
import { launchPortal } from './launch-portal.ts';

/** Expects that a portal does not start and gives the reason in a sentence, without a stack. */
export async function expectRefusal(
  folder: string,
  sentence: RegExp,
  environment: Record<string, string> = {},
  port?: number,
): Promise<void> {
  const launch = launchPortal(folder, port ?? (await findFreePort()), { environment });
  const code = await launch.exit;
  expect(launch.output()).toMatch(sentence);
  expect(launch.output()).not.toMatch(/^\s+at /m);
  expect(code).toBe(1);
}
