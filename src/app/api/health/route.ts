import { answerLive } from '#features/portal-health/answer-portal-health.ts';
import { machineRoute } from '#http/machine-route.ts';

/** Live: the portal answers (contracts.md, Internal). */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = machineRoute('/api/health', {
  GET: answerLive,
});
