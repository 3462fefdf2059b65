import { answerLive } from '#features/portal-health/answer-portal-health.ts';
import { machineRoute } from '#http/machine-route.ts';

/** Live: the portal answers [contract: internal]. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = machineRoute('/api/health', {
  GET: answerLive,
});
