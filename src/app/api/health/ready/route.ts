import { answerReady } from '#features/portal-health/answer-portal-health.ts';
import { machineRoute } from '#http/machine-route.ts';

/** Ready: what the portal needs answers too [contract: internal]. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = machineRoute('/api/health/ready', {
  GET: answerReady,
});
