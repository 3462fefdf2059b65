import type { SeededCompany } from './seeded-company.ts';

/** Every screen of a signed-in admin, with its path. */
export const screens: readonly (readonly [name: string, pathOf: (company: SeededCompany) => string])[] = [
  ['incidents', () => '/incidents'],
  ['incidents without a match', () => '/incidents?q=nothing-is-called-like-this'],
  ['jobs', () => '/jobs'],
  ['job', ({ longJobId }) => `/jobs/${longJobId}`],
  ['occurrences of a job', ({ longJobId }) => `/jobs/${longJobId}/occurrences`],
  ['deletion of a job', ({ longJobId }) => `/jobs/${longJobId}/delete`],
  ['runs', () => '/runs'],
  ['run', ({ failedRunId }) => `/runs/${failedRunId}`],
  ['schedules', () => '/schedules'],
  ['plugins', () => '/plugins'],
  ['members', () => '/settings/members'],
  ['tools', () => '/settings/tools'],
  ['API keys', () => '/settings/api-keys'],
  ['how to report', () => '/settings/how-to-report'],
  ['how to report with Python', () => '/settings/how-to-report?with=python'],
  ['audit log', () => '/settings/audit-log'],
  ['account', () => '/settings/account'],
];
