import { z } from 'zod';
import { remoteAnswerSchema, remoteProgressSchema } from '#features/execution/remote-protocol.ts';
import { answer, operation, refusal } from '#http/operation.ts';

const notOpen = {
  ...refusal(
    'Nobody waits for this attempt any more: stop it.',
    'This attempt is not open: it is over, its lease was lost, or the token is another one’s',
  ),
  name: 'AttemptNotOpen',
};
const wrongBody = {
  ...refusal(
    'The body is not JSON, or a field of it is wrong; the sentence names the first.',
    'Invalid JSON body',
    'Invalid body: done: must be a number',
  ),
  name: 'WrongPluginBody',
};
const tooLarge = (limit: string) => refusal(`The body is over ${limit}.`, `Body must be at most ${limit}`);
const order =
  'Checks are made in this order: the token, whether it opens an attempt that still runs, the size, the body.';

export const reportPluginProgress = operation({
  id: 'reportPluginProgress',
  method: 'POST',
  path: '/api/plugin-runs/:runId/progress',
  tag: 'Remote plugins',
  summary: 'Report how far an attempt of a remote plugin is',
  description:
    'The `progress_url` of the call that a worker made (see docs/plugins.md). It also prolongs the lease of the attempt. The ' +
    `newest report counts; \`done\` is never more than \`total\`.\n\n${order}`,
  access: 'attempt',
  params: { runId: null },
  body: {
    schema: remoteProgressSchema.meta({ id: 'PluginProgress' }),
    examples: { Half: { done: 5, total: 10, note: 'part 5' }, 'Total not known': { done: 5 } },
  },
  answers: {
    200: answer(
      z.object({ cancel_requested: z.boolean() }).meta({ id: 'PluginProgressAnswer' }),
      'Recorded. Stop soon if `cancel_requested` is true, and report how the attempt ended.',
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
  summary: 'Report how an attempt of a remote plugin ended',
  description:
    'The `result_url` of the call that a worker made (see docs/plugins.md). The body is the outcome that the plugin could also ' +
    'have answered at once. The first result counts: afterwards the token opens nothing. Texts are stored without secrets and ' +
    `with a limit.\n\n${order}`,
  access: 'attempt',
  params: { runId: null },
  body: {
    schema: remoteAnswerSchema.meta({ id: 'PluginOutcome', description: 'How an attempt ended.' }),
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
      'Recorded, the cursor with it. `state` is that of the run: `pending` if it is tried again later. An attempt that was ' +
        'asked to cancel and did not succeed is `canceled`.',
      {
        Finished: { run_id: '550e8400-e29b-41d4-a716-446655440000', state: 'success' },
        'Tried again': { run_id: '550e8400-e29b-41d4-a716-446655440000', state: 'pending' },
      },
    ),
  },
  refusals: { 400: wrongBody, 409: notOpen, 413: tooLarge('1 MiB (1048576 bytes)') },
});
