create function public.queue_vitals()
returns table (waiting_runs bigint, oldest_waiting_seconds double precision)
language sql
volatile
security invoker
set search_path = ''
as $$
  select count(*), coalesce(max(extract(epoch from clock_timestamp() - m.vt)), 0)::double precision
  from (
    select q.vt from pgmq.q_runs_high q where q.vt <= clock_timestamp()
    union all
    select q.vt from pgmq.q_runs q where q.vt <= clock_timestamp()
  ) m;
$$;
comment on function public.queue_vitals() is
  'How many runs a worker could take now, and for how many seconds the oldest of them has been ready.';

grant execute on function public.queue_vitals() to service_role;
