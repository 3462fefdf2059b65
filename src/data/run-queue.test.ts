import { expect, it } from 'vitest';
import type { ServiceClient } from '#data/clients/service.ts';
import { claimRuns } from '#data/run-queue.ts';

it('does not run a claimed row without a token, because its lease was lost during the call', async () => {
  const row = (run_id: string, attempt_token: string | null) => ({
    run_id,
    attempt_token,
    trigger: 'manual',
    plugin_kind: 'built_in',
    secrets: null,
  });
  const answer = { data: [row('kept', 'token'), row('lost', null)], error: null, status: 200 };
  const client = {
    rpc: () => ({ abortSignal: () => ({ retry: async () => answer }) }),
  } as unknown as ServiceClient;
  const asked = { workerId: 'w', quantity: 2, leaseSeconds: 2 };
  const runs = await claimRuns(client, asked, AbortSignal.timeout(1_000));
  expect(runs.map(({ runId }) => runId)).toEqual(['kept']);
});
