import fs from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { stringify } from 'yaml';
import { z } from 'zod';
import * as execution from '#features/execution/operations.ts';
import * as jobStatus from '#features/job-status/operations.ts';
import * as portalHealth from '#features/portal-health/operations.ts';
import * as reports from '#features/reports/operations.ts';
import * as runs from '#features/runs/operations.ts';
import * as scheduler from '#features/scheduler/operations.ts';
import { type Access, type Answer, type errorBody, type Operation, refusal } from '#http/operation.ts';
import { projectFolder } from '#server/settings.ts';

/** The description of the HTTP API. */
export const apiDescriptionFile = path.join(projectFolder, 'docs', 'api', 'openapi.yaml');

/** All operations, in the order of the description. */
export const operations: readonly Operation[] = [
  reports.reportJob,
  reports.reportJobs,
  reports.reportJobStart,
  portalHealth.getHealth,
  portalHealth.getPortalHealth,
  runs.runPlugin,
  runs.listPluginRuns,
  runs.getPluginRun,
  execution.reportPluginProgress,
  execution.reportPluginResult,
  scheduler.getSchedulerStatus,
  scheduler.setSchedulerEnabled,
  scheduler.listSchedulerJobs,
  scheduler.getSchedulerJob,
  scheduler.setSchedulerJobEnabled,
  runs.runSchedulerJob,
  runs.listExecutions,
  runs.listBackgroundJobs,
  runs.getBackgroundJob,
  runs.cancelBackgroundJob,
  scheduler.tickByGet,
  scheduler.tickByPost,
  portalHealth.getMetrics,
  jobStatus.getBadge,
];

const info = {
  title: 'TC Portal',
  version: '0.1.0',
  license: { name: 'MIT', identifier: 'MIT' },
  description: `What scripts and programs can call. Every response is JSON in UTF-8 with \`Cache-Control: no-store\` and an \
\`X-Request-Id\`, which the portal also logs; a request can bring its own (8 to 128 of \`A-Z a-z 0-9 _ . : -\`). An error is \
\`{"error": "<sentence>"}\`, with \`details\` if fields are wrong. Any other method gets 405 with \`Allow\`, and an unknown \
query parameter gets 400, except on the report routes.

**Instants** in responses are ISO 8601 in UTC. In reports, ISO 8601 is best (\`2026-11-21T06:00:00.123456+09:00\`), but every form \
that names an instant without doubt is read: RFC 2822, \`2026-11-21 06:00:00 +0900\`, \`… UTC\`, a zone in brackets, what \`date\` \
writes in English or Japanese, and seconds, milliseconds, microseconds or nanoseconds since 1970 as a number or digits. **A time \
without an offset is in the company's time zone**, unless only UTC puts it within 10 minutes of its arrival; a date alone is \
midnight. Microseconds are stored. What stays in doubt (\`11/12/2026\`, \`CST\`) is refused, and \`details\` say why.

**Bodies** are UTF-8, with or without a byte order mark. Reports are also read in UTF-16, the declared \`charset\`, \
CP932/Shift_JIS, EUC-JP and ISO-2022-JP, line by line if a log has several, and the response says so in \`decoded_from\`; bytes that \
no encoding fits become U+FFFD. NUL characters and lone surrogates are cleaned, not refused. At most 1 MiB, before and after \
decompression: \`Content-Encoding\` can be \`gzip\` or \`deflate\`. A body that is refused \
is still read to its end, up to 32 MiB, so that clients that send everything before they read can read the reason.
`,
};

const servers = [
  { url: 'https://portal.example.com', description: 'Your portal' },
  { url: 'http://127.0.0.1:3000', description: 'The portal that `npm start` starts' },
];

const tags = {
  Reports: 'For scripts that run elsewhere: report how their runs start and end.',
  Health: 'For load balancers and supervisors.',
  'Plugin runs': 'Jobs that the portal runs, by plugin.',
  'Remote plugins': 'What a remote plugin reports about its attempt.',
  Scheduler: 'Jobs that the portal runs, by schedule.',
  'Background jobs': 'What the portal is doing.',
  Internal: 'For pg_cron, Vercel Cron and Prometheus.',
  Screens: "Used by the portal's own pages. Can change at any time.",
};

const securitySchemes = {
  webhookSecret: {
    type: 'apiKey',
    in: 'header',
    name: 'X-TC-Portal-Webhook-Secret',
    description:
      "The portal's `TC_PORTAL_WEBHOOK_SECRET` (or, during a rotation, `TC_PORTAL_WEBHOOK_SECRET_PREVIOUS`) for the first " +
      'company, or an API key with the scope `report` for its own company.',
  },
  apiKey: {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key (`tcp_…`) with the scope that the operation needs.',
  },
  cronSecret: { type: 'http', scheme: 'bearer', description: "The portal's `CRON_SECRET`." },
  attemptToken: {
    type: 'http',
    scheme: 'bearer',
    description:
      "The `token` of the worker's call, which is valid for this attempt until it ends or its lease is lost.",
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'sb-auth-token',
    description:
      "The session of a signed-in person. The cookie's real name starts with `sb-` and contains the project.",
  },
};

const security: Record<Access, (keyof typeof securitySchemes)[]> = {
  anybody: [],
  session: ['session'],
  read: ['apiKey', 'session'],
  admin: ['apiKey', 'session'],
  start: ['apiKey', 'session'],
  report: ['webhookSecret', 'apiKey'],
  attempt: ['attemptToken'],
  cron: ['cronSecret'],
  'cron or read': ['cronSecret', 'apiKey', 'session'],
};

type Refusals = Record<number, Answer<typeof errorBody>>;

const named = (name: string, ...given: Parameters<typeof refusal>) => ({ ...refusal(...given), name });

const serverError = named(
  'ServerError',
  'The portal is not configured, or has a defect; see its log.',
  'Server configuration error',
  'Internal server error',
);
const databaseAway = named(
  'ReadDatabaseAway',
  'The database is unavailable. Try again.',
  'The database is unavailable',
);
const ofActors: Refusals = {
  401: named(
    'NoActor',
    'No session or API key, or an invalid one.',
    'Not signed in',
    'Invalid or missing API key',
  ),
  403: named(
    'MayNot',
    'The role or scope is not sufficient, or a page of another site sent the request.',
    'Only admins can do this',
    'This API key needs the scope read or admin',
    'Requests from another origin are refused',
  ),
  500: serverError,
  503: databaseAway,
};
const wrongQuery = named('WrongQuery', 'A query parameter is invalid or unknown; `details` names it.', {
  error: 'Invalid query',
  details: [{ field: 'stauts', problem: 'is not a known parameter' }],
});

const tooLargeJson = named('TooLargeJson', 'The body is too large.', 'Body must be at most 262144 bytes');

const unknownEncoding: Answer = {
  ...named(
    'UnknownEncoding',
    'The body is compressed in a way that the portal cannot read.',
    'Content-Encoding must be gzip, deflate or identity',
  ),
  headers: { 'Accept-Encoding': 'The encodings that the portal can read.' },
};

// The refusals that all operations with the same callers share.
const refusalsOf: Record<Access, Refusals> = {
  anybody: {},
  session: { 401: refusal('No one is signed in.', 'Not signed in'), 500: serverError, 503: databaseAway },
  read: ofActors,
  admin: ofActors,
  start: ofActors,
  'cron or read': ofActors,
  attempt: {
    401: named(
      'NoAttemptToken',
      'The bearer token is missing, or is not the token of an attempt.',
      'Invalid or missing attempt token',
    ),
    500: serverError,
    503: databaseAway,
  },
  cron: {
    401: named('NoCronSecret', 'The secret is missing or wrong.', 'Invalid or missing secret'),
    500: serverError,
    503: databaseAway,
  },
  report: {
    401: named('WrongSecret', 'The secret is missing or invalid.', 'Invalid or missing webhook secret'),
    403: named(
      'MayNotReport',
      'The API key is valid but lacks the scope.',
      'This API key needs the scope report',
    ),
    405: {
      ...named('OnlyPost', 'A method other than POST.', 'Method not allowed'),
      headers: { Allow: 'The method that works.' },
    },
    413: named('TooLarge', 'The body is too large.', 'Body must be at most 1 MiB (1048576 bytes)'),
    429: named(
      'TooManyReports',
      'Over the limit of one key (60,000 a minute, or `TC_PORTAL_REPORTS_PER_MINUTE`).',
      'Too many reports with this key: try again later',
    ),
    500: serverError,
    503: named(
      'DatabaseAway',
      'The database is unavailable or too busy. Send the same report again; it is never recorded twice.',
      'The database is unavailable: nothing was recorded, try again',
      'Too many reports are waiting: nothing was recorded, try again',
      'The database did not answer in time: try again',
    ),
  },
};

/** Returns all responses of an operation, by status. */
export function answersOf(operation: Operation): [string, Answer][] {
  const { access, params = {}, query, body, answers, refusals = {} } = operation;
  const all: Record<number, Answer> = { ...refusalsOf[access] };
  if (query !== 'any') all[400] = wrongQuery;
  if (body && (access === 'admin' || access === 'start')) all[413] = tooLargeJson;
  if (body) all[415] = unknownEncoding;
  const lost = Object.values(params).find((sentence) => sentence !== null);
  if (lost) all[404] = named(lost.replaceAll(' ', ''), 'It does not exist in your company.', lost);
  for (const [status, own] of Object.entries(refusals) as unknown as [number, Answer][]) {
    const shared = all[status];
    all[status] = shared
      ? { ...own, name: undefined, examples: { ...own.examples, ...shared.examples } }
      : own;
  }
  return Object.entries({ ...all, ...answers });
}

const headers = {
  'X-Request-Id': {
    description: 'The id of the request in the log of the portal.',
    schema: { type: 'string' },
  },
  'Retry-After': {
    description: 'Seconds to wait before trying again.',
    schema: { type: 'integer', minimum: 1 },
  },
};

/** Returns the headers of a response. */
const headersOf = (status: string, { headers: own }: Answer): Record<string, object> => ({
  ...Object.fromEntries(
    Object.keys(headers)
      .filter((name) => name === 'X-Request-Id' || ['429', '503'].includes(status))
      .map((name) => [name, { $ref: `#/components/headers/${name}` }]),
  ),
  ...Object.fromEntries(
    Object.entries(own ?? {}).map(([name, description]) => [
      name,
      { description, schema: { type: 'string' } },
    ]),
  ),
});

type JsonSchema = Record<string, unknown>;

/** Shortens zod's JSON Schema, and drops what we do not promise. */
function tidy(json: JsonSchema, io: 'input' | 'output'): JsonSchema {
  const { anyOf, ...rest } = json;
  const [one, nothing] = Array.isArray(anyOf) && anyOf.length === 2 ? (anyOf as JsonSchema[]) : [];
  const short =
    typeof one?.type === 'string' && nothing?.type === 'null'
      ? {
          ...one,
          ...rest,
          type: [one.type, 'null'],
          ...(Array.isArray(one.enum) && { enum: [...one.enum, null] }),
        }
      : json;
  const said = Object.entries(short).filter(
    ([name, value]) =>
      !(name === 'maximum' && value === Number.MAX_SAFE_INTEGER) &&
      !(name === 'minimum' && value === Number.MIN_SAFE_INTEGER) &&
      !(name === 'pattern' && typeof short.format === 'string') &&
      // A later version may return more.
      !(name === 'additionalProperties' && value === false && io === 'output'),
  );
  return Object.fromEntries(said);
}

/** Returns the description as a document of OpenAPI 3.1. */
export function describeApi(): object {
  const schemas: Record<string, JsonSchema> = {};
  const responses: Record<string, object> = {};

  function schemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const json = JSON.stringify(z.toJSONSchema(z.array(schema), { io, unrepresentable: 'any' }));
    const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
    const { items, $defs = {} } = JSON.parse(
      json.replaceAll('#/$defs/', '#/components/schemas/'),
      (_name, value: unknown) => (isObject(value) ? tidy(value as JsonSchema, io) : value),
    ) as { items: JsonSchema; $defs?: Record<string, JsonSchema> };
    for (const [name, shared] of Object.entries($defs)) {
      delete shared.id;
      if (schemas[name] && !isDeepStrictEqual(schemas[name], shared))
        throw new Error(`Two schemas have the name ${name}`);
      schemas[name] = shared;
    }
    return items;
  }

  const examplesOf = (examples: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }]));

  function responseOf([status, given]: [string, Answer]): [string, object] {
    const { name, description, schema, examples, mediaType = 'application/json' } = given;
    const response = {
      description,
      headers: headersOf(status, given),
      ...(schema && {
        content: { [mediaType]: { schema: schemaOf(schema, 'output'), examples: examplesOf(examples) } },
      }),
    };
    if (name === undefined) return [status, response];
    responses[name] = response;
    return [status, { $ref: `#/components/responses/${name}` }];
  }

  const parameter = (where: string, name: string, schema: z.ZodType) => {
    const { description, ...rest } = schemaOf(schema, 'input');
    return { name, in: where, required: where === 'path', description, schema: rest };
  };

  function describeOperation(operation: Operation): object {
    const { query, params = {}, headers: ownHeaders = {}, body, access } = operation;
    const parameters = [
      ...Object.keys(params).map((name) => parameter('path', name, z.guid())),
      ...Object.entries(query && query !== 'any' ? query.shape : {}).map(([name, schema]) =>
        parameter('query', name, schema as z.ZodType),
      ),
      ...Object.entries(ownHeaders).map(([name, schema]) => parameter('header', name, schema)),
      { $ref: '#/components/parameters/RequestId' },
    ];
    const callers =
      access === 'admin'
        ? 'Admins only.'
        : access === 'start'
          ? 'Admins, and staff for a job that they may run, without `payload` and `cursor`.'
          : '';
    const description = [callers, operation.description ?? ''].join(' ').trim();
    return {
      tags: [operation.tag],
      operationId: operation.id,
      summary: operation.summary,
      ...(description !== '' && { description }),
      security: security[access].map((scheme) => ({ [scheme]: [] })),
      parameters,
      ...(body && {
        requestBody: {
          required: !body.isOptional,
          content: {
            'application/json': {
              schema: schemaOf(body.schema, 'input'),
              examples: examplesOf(body.examples),
            },
          },
        },
      }),
      responses: Object.fromEntries(answersOf(operation).map(responseOf)),
    };
  }

  const paths: Record<string, Record<string, object>> = {};
  for (const operation of operations) {
    const address = operation.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[address] = { ...paths[address], [operation.method.toLowerCase()]: describeOperation(operation) };
  }
  const requestId = {
    name: 'X-Request-Id',
    in: 'header',
    required: false,
    description: 'Your own id for this request.',
    schema: { type: 'string', pattern: '^[\\w.:-]{8,128}$' },
  };
  return {
    openapi: '3.1.1',
    info,
    servers,
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths,
    components: { securitySchemes, parameters: { RequestId: requestId }, headers, responses, schemas },
  };
}

/** Returns the text of docs/api/openapi.yaml. */
export function formatApiDescription(): string {
  // Readers of YAML 1.1 would turn unquoted instants into dates.
  const options = {
    aliasDuplicateObjects: false,
    lineWidth: 120,
    singleQuote: true,
    compat: 'yaml-1.1',
  } as const;
  return `# Made by \`npm run generate-api\` from src/features/*/operations.ts. Do not edit.\n${stringify(describeApi(), options)}`;
}

export function writeApiDescription(): void {
  fs.writeFileSync(apiDescriptionFile, formatApiDescription());
}

/**
 * Returns what is wrong with a response by the declaration of its operation; null if nothing is.
 * @param answer `body` is the parsed JSON, if it is JSON
 */
export function answerProblem(
  operation: Operation,
  answer: { status: number; headers: Headers; body: unknown },
): string | null {
  const where = `${operation.id} answered ${answer.status}`;
  const [, declared] = answersOf(operation).find(([status]) => Number(status) === answer.status) ?? [];
  if (!declared) return `${where}, which it does not declare`;
  const missing = Object.keys(headersOf(String(answer.status), declared)).find(
    (name) => !answer.headers.has(name),
  );
  if (missing !== undefined) return `${where} without ${missing}`;
  const type = (answer.headers.get('content-type') ?? '').split(';')[0];
  if (declared.schema === null) return null;
  if (type !== (declared.mediaType ?? 'application/json')) return `${where} as ${type}`;
  if (declared.mediaType) return null;
  const parsed = declared.schema.safeParse(answer.body);
  if (!parsed.success) return `${where}: ${z.prettifyError(parsed.error)}`;
  // Problems of fields make too many sentences to list; the others must be in the examples, word for word.
  const { error } = answer.body as { error?: string };
  if (answer.status > 400 && error !== undefined && !(error in declared.examples))
    return `${where}: ${error}`;
  // Zod drops what a schema does not have.
  return isDeepStrictEqual(parsed.data, answer.body) ? null : `${where} with more than it declares`;
}
