import { answerPluginResult } from '#features/execution/answer-plugin-report.ts';
import { machineRoute } from '#http/machine-route.ts';

/** A remote plugin says how a run's attempt ended (docs/plugins.md). */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = machineRoute(
  '/api/plugin-runs/[runId]/result',
  {
    POST: answerPluginResult,
  },
);
