import { requireAdmin } from '#auth/actor.ts';
import { requireActor } from '#auth/api-actor.ts';
import { checkInput, readJson } from '#http/api-input.ts';
import { jsonAnswer } from '#http/http-answer.ts';
import { machineRoute } from '#http/machine-route.ts';
import { enabledBody } from '#features/scheduler/api-shapes.ts';
import { setSchedulerEnabled } from '#features/scheduler/set-scheduler-enabled.ts';

/** The global switch (admins only): what runs goes on [rule 22: switching off] [contract: scheduler]. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = machineRoute('/api/scheduler/enabled', {
  PUT: async (request) => {
    const actor = requireAdmin(await requireActor(request));
    const { enabled } = checkInput(enabledBody, await readJson(request), 'enabled must be true or false');
    await setSchedulerEnabled(actor, { isEnabled: enabled });
    return jsonAnswer(200, { is_enabled: enabled });
  },
});
