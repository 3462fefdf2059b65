import { answerPluginProgress, requireAttempt } from '#features/execution/answer-plugin-report.ts';
import * as api from '#features/execution/operations.ts';
import { machineRoute, serve } from '#http/machine-route.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = machineRoute(
  serve(api.reportPluginProgress, requireAttempt, answerPluginProgress),
);
