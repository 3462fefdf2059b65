create function public.page_plugin_runs(
  p_tenant_id uuid,
  p_plugin_id uuid,
  p_job_name text default null,
  p_job_id uuid default null,
  p_state text default null,
  p_is_newest_first boolean default true,
  p_limit integer default 20,
  p_offset bigint default 0
)
returns table (total bigint, place bigint, run_id uuid)
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.page_plugin_runs(
    p_tenant_id, p_plugin_id, p_job_name, p_job_id, p_state, p_is_newest_first, p_limit, p_offset
  );
$$;
comment on function public.page_plugin_runs(uuid, uuid, text, uuid, text, boolean, integer, bigint) is
  'Ids of one page of the portal''s own runs of a plugin, or of some of its jobs, by their start, and their total number; at '
  'least one row, without an id if the page is empty. Skips whole days with run_stats_daily, so that an offset reads at most '
  'one day of runs.';

grant execute on function public.page_plugin_runs(uuid, uuid, text, uuid, text, boolean, integer, bigint)
  to authenticated, service_role;
