import { jobReportRoute } from '#features/reports/answer-report.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = jobReportRoute;
