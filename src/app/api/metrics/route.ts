import { answerMetrics, authorizeMetrics } from '#features/portal-health/answer-metrics.ts';
import * as api from '#features/portal-health/operations.ts';
import { machineRoute, serve } from '#http/machine-route.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = machineRoute(
  serve(api.getMetrics, authorizeMetrics, answerMetrics),
);
