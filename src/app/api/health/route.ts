import * as api from '#features/portal-health/operations.ts';
import { answerLive } from '#features/portal-health/answer-portal-health.ts';
import { anybody, machineRoute, serve } from '#http/machine-route.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = machineRoute(
  serve(api.getHealth, anybody, answerLive),
);
