import { z } from 'zod';
import { remoteAnswerSchema, remoteProgressSchema } from '#features/execution/remote-protocol.ts';
import { answer, operation, refusal } from '#http/operation.ts';

const notOpen = {
  ...refusal(
    'This attempt is over for the portal. Stop it.',
    'This attempt is not open: it has finished, its lease was lost, or the token belongs to another attempt',
  ),
  name: 'AttemptNotOpen',
};
const wrongBody = {
  ...refusal(
    'The body is not JSON, or a field is wrong. The error names the first one.',
    'Invalid JSON body',
    'Invalid body: done: must be a number',
  ),
  name: 'WrongPluginBody',
};
const tooLarge = (limit: string) =>
  refusal(`The body is larger than ${limit}.`, `Body must be at most ${limit}`);
const order = 'Order of checks: the token, whether its attempt is still running, the size, the body.';

export const reportPluginProgress = operation({
  id: 'reportPluginProgress',
  method: 'POST',
  path: '/api/plugin-runs/:runId/progress',
  tag: 'Remote plugins',
  summary: 'Report the progress of a remote plugin',
  description:
    'The `progress_url` in the call from the worker (see docs/plugins.md). It also extends the lease of the attempt. The newest ' +
    `report counts; \`done\` is limited to \`total\`.\n\n${order}`,
  access: 'attempt',
  params: { runId: null },
  body: {
    schema: remoteProgressSchema.meta({ id: 'PluginProgress' }),
    examples: { 'Half done': { done: 5, total: 10, note: 'part 5' }, 'Unknown total': { done: 5 } },
  },
  answers: {
    200: answer(
      z.object({ cancel_requested: z.boolean() }).meta({ id: 'PluginProgressAnswer' }),
      'Recorded. If `cancel_requested` is true, stop soon and report the result.',
      { Continue: { cancel_requested: false }, Stop: { cancel_requested: true } },
    ),
  },
  refusals: { 400: wrongBody, 409: notOpen, 413: tooLarge('16384 bytes') },
});

export const reportPluginResult = operation({
  id: 'reportPluginResult',
  method: 'POST',
  path: '/api/plugin-runs/:runId/result',
  tag: 'Remote plugins',
  summary: 'Report the result of a remote plugin',
  description:
    'The `result_url` in the call from the worker (see docs/plugins.md). The body is the outcome that the plugin could also have ' +
    'returned at once. The first result counts; after it the token is no longer valid. Secrets are removed from texts, and ' +
    `long texts are cut.\n\n${order}`,
  access: 'attempt',
  params: { runId: null },
  body: {
    schema: remoteAnswerSchema.meta({ id: 'PluginOutcome', description: 'The result of an attempt.' }),
    examples: {
      Success: {
        outcome: 'success',
        message: '3 rows',
        events_processed: 3,
        result: { rows: 3 },
        cursor: '2026-11-21',
        log: 'read 3 rows\nwrote 3 rows',
      },
      Failed: {
        outcome: 'failed',
        error: { name: 'Error', message: 'no such table' },
        retryable: false,
      },
      'Try again in a minute': { outcome: 'retry_after', seconds: 60 },
      'Call again in five minutes': { outcome: 'snoozed', seconds: 300 },
      Canceled: { outcome: 'canceled' },
    },
  },
  answers: {
    200: answer(
      z
        .object({ run_id: z.guid(), state: z.enum(['success', 'failed', 'canceled', 'pending']) })
        .meta({ id: 'PluginResultAnswer' }),
      'Recorded, with the cursor. `state` is the state of the run: `pending` if it will be tried again, `canceled` if it was asked ' +
        'to cancel and did not succeed.',
      {
        Finished: { run_id: '550e8400-e29b-41d4-a716-446655440000', state: 'success' },
        'Tried again': { run_id: '550e8400-e29b-41d4-a716-446655440000', state: 'pending' },
      },
    ),
  },
  refusals: { 400: wrongBody, 409: notOpen, 413: tooLarge('1 MiB (1048576 bytes)') },
});
