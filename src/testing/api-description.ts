import fs from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { projectFolder } from '#server/settings.ts';

/** A media type of a request or an answer, with its examples. */
export interface DescribedContent {
  schema?: object;
  examples?: Record<string, { value: unknown }>;
}

/** An answer as the description has it. */
export interface DescribedAnswer {
  $ref?: string;
  headers?: Record<string, unknown>;
  content?: Record<string, DescribedContent>;
}

interface Operation {
  requestBody?: { content: Record<string, DescribedContent> };
  responses: Record<string, DescribedAnswer>;
}

interface Description {
  paths: Record<string, Record<string, Operation>>;
  components: { responses: Record<string, DescribedAnswer>; schemas: Record<string, object> };
}

/** Where the description of the HTTP API is. */
export const apiDescriptionFile = path.join(projectFolder, 'docs', 'api', 'openapi.yaml');

const description = parse(fs.readFileSync(apiDescriptionFile, 'utf8')) as Description;
const methods = ['get', 'post', 'put', 'patch', 'delete'];

/** All operations, named as `GET /api/jobs/{id}`. */
export const describedOperations = Object.entries(description.paths).flatMap(([address, item]) =>
  methods.flatMap((method) => {
    const operation = item[method];
    return operation ? [{ name: `${method.toUpperCase()} ${address}`, ...operation }] : [];
  }),
);

/** Follows the reference of an answer that several operations share. */
export function describedAnswer(given: DescribedAnswer): DescribedAnswer | undefined {
  return given.$ref ? description.components.responses[given.$ref.split('/').at(-1) ?? ''] : given;
}

// JSON Schema of OpenAPI 3.1, with its shared parts where zod looks for them. Zod knows no `unevaluatedProperties`, so
// more fields than described pass where that stands.
const moved = (schema: unknown): unknown =>
  JSON.parse(
    JSON.stringify(schema, (name, value: unknown) =>
      name === 'unevaluatedProperties' ? undefined : value,
    ).replaceAll('#/components/schemas/', '#/$defs/'),
  );
const shared = moved(description.components.schemas) as Record<string, object>;

/** What is wrong with a value by a schema of the description; null when it fits. */
export function schemaProblem(schema: object, value: unknown): string | null {
  const whole = { ...(moved(schema) as object), $defs: shared };
  const parsed = z.fromJSONSchema(whole as Parameters<typeof z.fromJSONSchema>[0]).safeParse(value);
  return parsed.success ? null : z.prettifyError(parsed.error);
}

/**
 * What is wrong with an answer by the description of its operation; null when it is as described.
 * @param answer `body` is the parsed JSON, if it is JSON
 */
export function answerProblem(
  operationName: string,
  answer: { status: number; headers: Headers; body: unknown },
): string | null {
  const operation = describedOperations.find(({ name }) => name === operationName);
  if (!operation) return `${operationName} is not described`;
  const given = operation.responses[answer.status];
  const described = given && describedAnswer(given);
  if (!described) return `${operationName} does not describe ${answer.status}`;
  const missing = Object.keys(described.headers ?? {}).find((name) => !answer.headers.has(name));
  if (missing !== undefined) return `${operationName} answered ${answer.status} without ${missing}`;
  const type = (answer.headers.get('content-type') ?? '').split(';')[0] ?? '';
  const content = described.content?.[type];
  if (!content) return `${operationName} does not describe ${answer.status} as ${type}`;
  if (type !== 'application/json' || !content.schema) return null;
  const problem = schemaProblem(content.schema, answer.body);
  return problem && `${operationName} answered ${answer.status}: ${problem}`;
}
