import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { operations } from './description.ts';
import { ask, type RawAnswer } from '#testing/http/ask.ts';

/** What must not depend on how a path is written. Only errors say the same twice. */
const essence = ({ status, headers, body }: RawAnswer) => ({
  status,
  type: headers['content-type'],
  caching: headers['cache-control'],
  allow: headers.allow,
  body: status >= 400 && status !== 503 ? body : null,
});

/** Sends every operation, and a method that its path lacks, to every spelling of its path, and expects the same answer. */
export async function expectSpellings(
  port: number,
  spell: readonly ((path: string) => string)[],
): Promise<void> {
  for (const operation of operations) {
    const path = operation.path.replaceAll(/:\w+/g, () => randomUUID());
    for (const method of [operation.method, 'DELETE']) {
      const wanted = essence(await ask(port, method, path));
      expect([operation.id, wanted.status < 300 || wanted.status >= 400]).toEqual([operation.id, true]);
      expect([operation.id, wanted.type]).toEqual([
        operation.id,
        expect.stringMatching(/^application\/json|^text\/plain/),
      ]);
      for (const write of spell) {
        const target = write(path);
        expect([method, target, essence(await ask(port, method, target))]).toEqual([method, target, wanted]);
      }
    }
  }
}
