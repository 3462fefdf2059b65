import { jobReportsRoute } from '#features/reports/answer-batch.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = jobReportsRoute;
