import { serveActor } from '#auth/authenticated-route.ts';
import * as api from '#features/scheduler/operations.ts';
import { setSchedulerEnabled } from '#features/scheduler/set-scheduler-enabled.ts';
import { checkInput, readJson } from '#http/api-input.ts';
import { jsonAnswer } from '#http/http-answer.ts';
import { machineRoute } from '#http/machine-route.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = machineRoute(
  serveActor(api.setSchedulerEnabled, async ({ request, caller }) => {
    const { enabled } = checkInput(api.enabledBody, await readJson(request), 'enabled must be true or false');
    await setSchedulerEnabled(caller, { isEnabled: enabled });
    return jsonAnswer(200, { is_enabled: enabled });
  }),
);
