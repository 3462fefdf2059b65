import { machineRoute } from '#http/machine-route.ts';
import { answerMetrics } from '#features/scheduler/answer-metrics.ts';

/** What Prometheus reads [contract: internal]: with the CRON_SECRET of the whole portal, with an API key of its tenant. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = machineRoute('/api/metrics', {
  GET: answerMetrics,
});
