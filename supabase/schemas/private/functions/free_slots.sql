create function private.free_slots(p_job_ids uuid[], p_window integer)
returns table (job_id uuid, plugin_id uuid, room bigint, active bigint, plugin_room bigint)
language sql
stable
-- Usually few; for the default of 1,000 the planner would read the whole table of jobs.
rows 10
security invoker
set search_path = ''
-- Lines are read from their indexes, even if statistics are old or a plan is kept from when there were few runs.
set enable_seqscan = off
as $$
  select
    j.id, j.plugin_id,
    case
      when not p.is_enabled then 0
      else least(
        coalesce(j.concurrency_limit, 2147483647) - counted.running - counted.queued,
        -- A run that must be alone is not overtaken once it may start.
        case when counted.is_alone then 0 else p_window - counted.queued end
      )
    end,
    counted.running + counted.queued,
    -- The other jobs of a plugin are counted only if it has a limit.
    p.concurrency_limit - (
      case when p.concurrency_limit is not null then (
        select count(*)
        from public.jobs s
        join public.runs r on r.job_id = s.id and r.finished_at is null and r.queue_message_id is not null
        where s.tenant_id = p.tenant_id and s.plugin_id = p.id
      ) end
    )
  from public.jobs j
  join public.plugins p on p.id = j.plugin_id
  cross join lateral (
    select
      count(*) filter (where r.state = 'running') as running,
      count(*) filter (where r.state = 'pending') as queued,
      coalesce(bool_or(r.is_exclusive) filter (where r.state = 'pending'), false) as is_alone
    from public.runs r
    where r.job_id = j.id and r.finished_at is null and r.queue_message_id is not null
  ) counted
  where j.id = any (p_job_ids);
$$;
comment on function private.free_slots(uuid[], integer) is
  'How many more runs of these jobs may be queued: within the limits of the job and its plugin (plugin_room, null without a '
  'limit), and at most p_window that no worker has taken. Negative if a limit was lowered. active: queued and running ones.';

grant execute on function private.free_slots(uuid[], integer) to service_role;
