import { machineRoute } from '#http/machine-route.ts';
import { answerJobStart } from '#features/reports/answer-report.ts';

/** A script reports that its run has begun [contract: starts]. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = machineRoute('/api/monitor/job-start', {
  POST: answerJobStart,
});
