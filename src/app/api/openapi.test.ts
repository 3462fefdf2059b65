import fs from 'node:fs';
import path from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const file = path.resolve(import.meta.dirname, '../../../docs/api/openapi.yaml');
const methods = ['get', 'post', 'put', 'patch', 'delete'];

interface Answer {
  $ref?: string;
  content?: Record<string, { examples?: object }>;
}
interface Description {
  paths: Record<string, Record<string, { responses: Record<string, Answer> }>>;
  components: { responses: Record<string, Answer> };
}

const description = parse(fs.readFileSync(file, 'utf8')) as Description;

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

// Newer than the document. Describe one and take it from here; this list only gets shorter.
const notYetDescribed = ['POST /api/plugin-runs/{runId}/progress', 'POST /api/plugin-runs/{runId}/result'];

const routeFiles = fs
  .readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
  .filter((name) => path.basename(name) === 'route.ts')
  .map((name) => path.join(import.meta.dirname, name));

const operations = Object.entries(description.paths).flatMap(([address, item]) =>
  methods.flatMap((method) => {
    const operation = item[method];
    return operation ? [{ name: `${method.toUpperCase()} ${address}`, responses: operation.responses }] : [];
  }),
);

describe('docs/api/openapi.yaml', () => {
  it('is valid OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(fs.readFileSync(file, 'utf8'));
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
  });

  it('describes each route and method that there is, and no other', () => {
    const described = operations.map(({ name }) => name);
    expect([...described, ...notYetDescribed].sort()).toEqual(routeFiles.flatMap(handlersIn).sort());
  });

  it.each(operations)('gives an example for every answer of $name', ({ responses }) => {
    for (const [status, given] of Object.entries(responses)) {
      const answer = given.$ref
        ? description.components.responses[given.$ref.split('/').at(-1) ?? '']
        : given;
      if (status === '304') continue;
      const examples = (answer?.content?.['application/json'] ?? answer?.content?.['text/plain'])?.examples;
      expect(Object.keys(examples ?? {}).length, status).toBeGreaterThan(0);
    }
  });
});
