import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '#domain/errors.ts';
import { parseManifest } from '#domain/plugin/manifest.ts';
import { payloadFieldName, readPayloadForm } from './payload-form.ts';

const parsed = parseManifest(
  {
    id: 'demo',
    name: 'Demo',
    version: '1.0.0',
    jobs: [
      {
        name: 'sync',
        handler: 'sync',
        payload: {
          type: 'object',
          properties: {
            folder: { type: 'string', maxLength: 5 },
            count: { type: 'integer' },
            dry: { type: 'boolean' },
          },
          required: ['folder'],
        },
      },
    ],
  },
  { now: new Date('2026-11-21T00:00:00Z'), defaultTimeZone: 'UTC' },
);
const schema = parsed.ok ? parsed.manifest.jobs[0]!.payloadSchema : null;
const form = (fields: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [payloadFieldName(name), value]));
const problemsOf = (fields: Record<string, unknown>) => {
  try {
    readPayloadForm(schema, form(fields));
  } catch (error) {
    if (error instanceof InvalidInputError) return error.details;
  }
  return null;
};

describe('a payload form', () => {
  it('is read with the types of the schema, without other fields', () => {
    const sent = { ...form({ folder: 'in', count: '3', dry: 'on', extra: 'x' }), folder: 'foreign' };
    expect(readPayloadForm(schema, sent)).toEqual({ folder: 'in', count: 3, dry: true });
  });

  it('gives an empty payload if the job has no schema', () => {
    expect(readPayloadForm(null, form({ folder: 'in' }))).toEqual({});
  });

  it('reports each invalid field with its limit', () => {
    const problems = problemsOf({ folder: 'too long', count: 'many' });
    expect(problems?.map(({ field }) => field)).toEqual(['payload.folder', 'payload.count']);
    expect(problems?.[0]?.values).toEqual({ limit: 5 });
    for (const { problem } of problems ?? []) expect(problem).toMatch(/^problems\.payload\./);
  });

  it('does not accept a field that was sent twice', () => {
    expect(problemsOf({ folder: ['a', 'b'] })?.map(({ field }) => field)).toEqual(['payload.folder']);
  });
});
