import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectFolder } from '#server/settings.ts';
import { answersOf, operations } from '#testing/api/description.ts';

const contracts = fs.readFileSync(path.join(projectFolder, 'docs/contracts.md'), 'utf8');
/** The sentences between backticks; `…` stands for what changes. */
const sentences = [...contracts.matchAll(/`([A-Za-z][^`]*)`/g)].map(([, sentence]) => sentence!);
const isWritten = (said: string) =>
  sentences.some((sentence) =>
    sentence.endsWith('…') ? said.startsWith(sentence.slice(0, -1)) : sentence === said,
  );

interface Refusal {
  status: number;
  id: string;
  said: string;
}
// The problems of fields make too many sentences to list: 400 is not compared.
const refusals = operations.flatMap((operation): Refusal[] =>
  answersOf(operation).flatMap(([status, { examples }]) =>
    Object.values(examples).flatMap((body) => {
      const { error } = body as { error?: string };
      return Number(status) > 400 && error !== undefined
        ? [{ status: Number(status), id: operation.id, said: error }]
        : [];
    }),
  ),
);

describe('refusals of all operations', () => {
  it('say what the contracts say [contract: every answer]', () => {
    expect(refusals.filter(({ said }) => !isWritten(said))).toEqual([]);
    expect(refusals.length).toBeGreaterThan(100);
  });

  it('give one reason in one sentence: who is no admin reads the same everywhere [contract: who may ask]', () => {
    const ofAdmins = refusals.filter(({ said }) => said.startsWith('Only admins')).map(({ said }) => said);
    expect([...new Set(ofAdmins)].sort()).toEqual([
      'Only admins can choose the payload or the cursor of a run',
      'Only admins can do this',
    ]);
  });
});
