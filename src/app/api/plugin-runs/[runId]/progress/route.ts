import { answerPluginProgress } from '#features/execution/answer-plugin-report.ts';
import { machineRoute } from '#http/machine-route.ts';

/** A remote plugin tells how far it is (docs/plugins.md). */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = machineRoute(
  '/api/plugin-runs/[runId]/progress',
  {
    POST: answerPluginProgress,
  },
);
