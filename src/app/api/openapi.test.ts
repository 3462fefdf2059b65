import fs from 'node:fs';
import path from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { remoteAnswerSchema, remoteProgressSchema } from '#features/execution/remote-protocol.ts';
import {
  apiDescriptionFile,
  describedAnswer,
  describedOperations,
  schemaProblem,
} from '#testing/api-description.ts';

/** `GET /api/x` for each handler in a route file, whether exported by hand or made by machineRoute. */
function handlersIn(routeFile: string): string[] {
  const route = `/api/${path
    .relative(import.meta.dirname, path.dirname(routeFile))
    .split(path.sep)
    .join('/')}`;
  const address = route.replaceAll(/\[(?:\.\.\.)?(\w+)\]/g, '{$1}').replace(/\/$/, '');
  const source = fs.readFileSync(routeFile, 'utf8');
  const made = /machineRoute\(\s*'([^']+)',/.exec(source);
  const named = made?.[1]?.replaceAll(/:(\w+)|\[(\w+)\]/g, '{$1$2}');
  if (made) expect(named, `${routeFile} names its own path`).toBe(address);
  const found = made
    ? [...source.slice(made.index).matchAll(/^\s+(GET|POST|PUT): /gm)]
    : [...source.matchAll(/export (?:async function|const) (GET|POST|PUT|PATCH|DELETE)\b/g)];
  return found.map((match) => `${match[1]} ${address}`);
}

const routeFiles = fs
  .readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
  .filter((name) => path.basename(name) === 'route.ts')
  .map((name) => path.join(import.meta.dirname, name));

describe('docs/api/openapi.yaml', () => {
  it('is valid OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(fs.readFileSync(apiDescriptionFile, 'utf8'));
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
  });

  it('describes each route and method that there is, and no other', () => {
    const described = describedOperations.map(({ name }) => name);
    expect(described.sort()).toEqual(routeFiles.flatMap(handlersIn).sort());
  });

  it.each(describedOperations)('gives an example that fits for every answer of $name', ({ responses }) => {
    for (const [status, given] of Object.entries(responses)) {
      if (status === '304') continue;
      const { content } = describedAnswer(given) ?? {};
      const { schema, examples = {} } = content?.['application/json'] ?? content?.['text/plain'] ?? {};
      expect(Object.keys(examples).length, status).toBeGreaterThan(0);
      for (const { value } of Object.values(examples))
        expect([status, schema && schemaProblem(schema, value)]).toEqual([status, null]);
    }
  });

  it.each(describedOperations.filter(({ requestBody }) => requestBody))(
    'gives an example that fits for the body of $name',
    ({ requestBody }) => {
      const { schema, examples = {} } = requestBody?.content['application/json'] ?? {};
      expect(Object.keys(examples).length).toBeGreaterThan(0);
      for (const { value } of Object.values(examples))
        expect(schema && schemaProblem(schema, value)).toBeNull();
    },
  );

  it.each([
    ['POST /api/plugin-runs/{runId}/progress', remoteProgressSchema],
    ['POST /api/plugin-runs/{runId}/result', remoteAnswerSchema],
  ])('takes and refuses the same bodies as %s', (operation, parsed) => {
    const { schema, examples = {} } =
      describedOperations.find(({ name }) => name === operation)?.requestBody?.content['application/json'] ??
      {};
    const given = Object.values(examples).map(({ value }) => value as Record<string, unknown>);
    const changed = given.flatMap((body) =>
      Object.keys(body).flatMap((field) => [
        { ...body, [field]: undefined },
        ...[null, -1, 1.5, 'text', true, [], {}, 1e9].map((value) => ({ ...body, [field]: value })),
      ]),
    );
    const all = [...given, ...changed].map((body) => JSON.parse(JSON.stringify(body)) as unknown);
    const taken = all.filter((body) => parsed.safeParse(body).success);
    expect(all.filter((body) => schema && schemaProblem(schema, body) === null)).toEqual(taken);
    expect(taken.length).toBeLessThan(all.length);
  });
});
