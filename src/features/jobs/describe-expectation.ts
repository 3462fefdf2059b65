import type { Expectation } from '#domain/report.ts';
import { type DescriptionLocale, describeSchedule } from '#domain/schedule/describe-schedule.ts';

/** Says in words when a job should run. */
export function describeExpectation(
  expectation: Expectation,
  reader: { locale: DescriptionLocale; timeZone: string },
): string {
  const timeZone = expectation.timezone ?? 'UTC';
  return describeSchedule(
    expectation.type === 'interval'
      ? { type: 'interval', seconds: expectation.seconds ?? 0, anchorAt: new Date(0) }
      : { type: 'cron', expression: expectation.expression ?? '', timeZone },
    reader,
  );
}
