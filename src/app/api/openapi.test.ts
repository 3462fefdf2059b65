import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Operation } from '#http/operation.ts';
import { answersOf, apiDescriptionFile, formatApiDescription, operations } from '#testing/api/description.ts';

const written = fs.readFileSync(apiDescriptionFile, 'utf8');

interface Content {
  schema: object;
}
interface DescribedOperation {
  operationId: string;
  requestBody?: { content: { 'application/json': Content } };
  responses: Record<string, { $ref?: string; content?: Record<string, Content> }>;
}
const description = parse(written) as {
  paths: Record<string, Record<string, DescribedOperation>>;
  components: { responses: Record<string, { content?: Record<string, Content> }>; schemas: object };
};
const described = Object.values(description.paths).flatMap((item) => Object.values(item));
const describedAs = ({ id }: Operation) => described.find(({ operationId }) => operationId === id)!;

/** Whether a schema of the file accepts a value, as another program reads it. */
function fits({ schema }: Content, value: unknown): boolean {
  const moved = (part: object) =>
    JSON.parse(JSON.stringify(part).replaceAll('#/components/schemas/', '#/$defs/')) as object;
  const whole = { ...moved(schema), $defs: moved(description.components.schemas) };
  return z.fromJSONSchema(whole as Parameters<typeof z.fromJSONSchema>[0]).safeParse(value).success;
}

const routeFiles = fs
  .readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
  .filter((name) => path.basename(name) === 'route.ts')
  .map((name) => name.split(path.sep).join('/'));

describe('docs/api/openapi.yaml', () => {
  it('is what the routes declare (npm run generate-api)', () => {
    expect(written).toBe(formatApiDescription());
  });

  it('is valid OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(written);
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
  });

  it('has each operation once', () => {
    expect(described.map(({ operationId }) => operationId).sort()).toEqual(
      operations.map(({ id }) => id).sort(),
    );
    expect(new Set(operations.map(({ id }) => id)).size).toBe(operations.length);
  });

  it('has every route with all its methods, at the path of its operations', async () => {
    const served = await Promise.all(
      routeFiles.map(async (file) => {
        const url = pathToFileURL(path.join(import.meta.dirname, file)).href;
        const route = (await import(/* @vite-ignore */ url)) as Record<string, unknown>;
        const address = `/api/${path.posix.dirname(file).replaceAll(/\[(\w+)\]/g, ':$1')}`;
        const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
        expect(Object.keys(route), file).toEqual(expect.arrayContaining(methods));
        const handler = route.GET as { operations: Operation[] };
        for (const operation of handler.operations) expect(operation.path).toBe(address);
        return handler.operations;
      }),
    );
    const ids = (some: readonly Operation[]) => some.map(({ id }) => id).sort();
    expect(ids(served.flat())).toEqual(ids(operations));
  });

  it.each(operations.map((operation) => [operation.id, operation] as const))(
    'has valid examples for every response and the body of %s',
    (_id, operation) => {
      const { responses, requestBody } = describedAs(operation);
      for (const [status, { schema, examples, name }] of answersOf(operation)) {
        const response = name ? description.components.responses[name] : responses[status];
        const [content] = Object.values(response?.content ?? {});
        if (schema) expect(Object.keys(examples).length, status).toBeGreaterThan(0);
        for (const example of Object.values(examples)) {
          expect([status, schema?.safeParse(example)]).toEqual([status, { success: true, data: example }]);
          expect([status, content && fits(content, example)]).toEqual([status, true]);
        }
      }
      for (const example of Object.values(operation.body?.examples ?? {})) {
        expect(operation.body?.schema.safeParse(example).error).toBeUndefined();
        expect(fits(requestBody!.content['application/json'], example)).toBe(true);
      }
      expect(Object.keys(operation.body?.examples ?? {}).length > 0).toBe(requestBody !== undefined);
    },
  );

  it('names the ids in each path', () => {
    const inPaths = operations.map(({ path: address }) =>
      [...address.matchAll(/:(\w+)/g)].map(([, id]) => id),
    );
    expect(inPaths).toEqual(operations.map(({ params = {} }) => Object.keys(params)));
  });

  const withBody = operations.filter(({ body, access }) => body && access !== 'report');
  it.each(withBody.map((operation) => [operation.id, operation] as const))(
    'accepts and refuses the same bodies as %s',
    (_id, operation) => {
      const { schema, examples } = operation.body!;
      const content = describedAs(operation).requestBody!.content['application/json'];
      const given = Object.values(examples) as Record<string, unknown>[];
      const changed = given.flatMap((body) =>
        Object.keys({ ...body, other: 1 }).flatMap((field) => [
          { ...body, [field]: undefined },
          ...[null, -1, 1.5, 'text', true, [], {}, 1e9].map((value) => ({ ...body, [field]: value })),
        ]),
      );
      const all = [...given, ...changed, [], null].map((body) => JSON.parse(JSON.stringify(body)) as unknown);
      const taken = all.filter((body) => schema.safeParse(body).success);
      expect(all.filter((body) => fits(content, body))).toEqual(taken);
      expect(taken.length).toBeLessThan(all.length);
    },
  );
});
