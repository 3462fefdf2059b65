import { serveActor } from '#auth/authenticated-route.ts';
import { ConflictError } from '#domain/errors.ts';
import * as api from '#features/runs/operations.ts';
import { getBackgroundJob } from '#features/runs/background-jobs.ts';
import { cancelRun } from '#features/runs/cancel-run.ts';
import { jsonAnswer } from '#http/http-answer.ts';
import { machineRoute } from '#http/machine-route.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = machineRoute(
  // A waiting run is canceled at once; a running one is asked to stop [rule 26: cancel].
  serveActor(api.cancelBackgroundJob, async ({ caller, params: { id } }) => {
    await getBackgroundJob(caller, id);
    try {
      await cancelRun(caller, id);
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
      throw new ConflictError('Only a queued or processing job can be canceled', error.rule);
    }
    return jsonAnswer(200, { job: await getBackgroundJob(caller, id) });
  }),
);
