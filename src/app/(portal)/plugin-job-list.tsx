import type { ReactNode } from 'react';
import { AutoRefresh } from '#components/ui/auto-refresh.tsx';
import { PaginationLinks } from '#components/ui/pagination-links.tsx';
import { isUnfinished } from '#domain/run-state.ts';
import { RunNow, RunNowDialog } from '#features/runs/components/run-now.tsx';
import type { RunForm } from '#features/runs/portal-run.ts';
import { ScheduleTable } from '#features/scheduler/components/schedule-table.tsx';
import type { listPluginJobs } from '#features/scheduler/queries.ts';
import { addressOf } from '#http/paths.ts';
import type { ListAddresses } from '#screens/list-addresses.ts';

/** A page of plugin jobs; it refreshes itself while one of them runs. */
export function PluginJobList({
  page,
  addresses,
  empty,
  forms,
  runNowId,
  timeZone,
  isAdmin,
  isHeld,
  showPlugin,
}: {
  page: Awaited<ReturnType<typeof listPluginJobs>>;
  addresses: ListAddresses;
  /** Shown if the page has no jobs. */
  empty: ReactNode;
  /** The forms that start the jobs now; staff have those of the jobs that they can start. */
  forms: ReadonlyMap<string, RunForm>;
  /** The job whose form is open. */
  runNowId: string | null;
  timeZone: string;
  isAdmin: boolean;
  isHeld: boolean;
  showPlugin: boolean;
}) {
  const asked = runNowId === null || !isAdmin ? undefined : forms.get(runNowId);
  return (
    <>
      {asked ? <RunNowDialog key={runNowId} form={asked} closedHref={addresses.here} /> : null}
      {page.items.length > 0 ? (
        <ScheduleTable
          jobs={page.items}
          timeZone={timeZone}
          isAdmin={isAdmin}
          isHeld={isHeld}
          showPlugin={showPlugin}
          isForStaff={(job) => isAdmin && forms.get(job.jobId)?.isForStaff === true}
          actions={
            isAdmin || forms.size > 0
              ? page.items.map((job) => {
                  const form = forms.get(job.jobId);
                  return form && job.plugin.isEnabled ? (
                    <RunNow
                      key={job.jobId}
                      form={form}
                      openHref={addressOf(addresses.here, { 'run-now': job.jobId })}
                    />
                  ) : null;
                })
              : null
          }
        />
      ) : (
        empty
      )}
      {page.items.some(({ latestRun }) => latestRun !== null && isUnfinished(latestRun.state)) ? (
        <AutoRefresh seconds={1} />
      ) : null}
      <PaginationLinks newerHref={addresses.newer} olderHref={addresses.older} order="name" />
    </>
  );
}
