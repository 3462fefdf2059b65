import { jobStartRoute } from '#features/reports/answer-report.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = jobStartRoute;
