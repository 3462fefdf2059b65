import { machineRoute } from '#http/machine-route.ts';
import { answerJobReport } from '#features/reports/answer-report.ts';

/** A script reports how its run ended [contract: reports]. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = machineRoute('/api/monitor/job-report', {
  POST: answerJobReport,
});
