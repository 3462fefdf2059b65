create function public.write_run_logs(p_logs jsonb)
returns void
language sql
security invoker
set search_path = ''
as $$
  -- Lock first: a run that is being finished is checked again after its commit, and keeps the log that it finished with.
  with held as materialized (
    select r.id, r.tenant_id, a.head, a.tail, a.cut_characters
    from jsonb_to_recordset(p_logs) as a (run_id uuid, attempt_token uuid, head text, tail text, cut_characters bigint)
    join public.runs r on r.id = a.run_id and r.attempt_token = a.attempt_token and r.state = 'running'
    order by r.id
    for share of r
  )
  insert into public.run_logs as l (run_id, tenant_id, head, tail, cut_characters)
  select h.id, h.tenant_id, h.head, coalesce(h.tail, ''), coalesce(h.cut_characters, 0)
  from held h
  order by h.id
  on conflict (run_id) do update set
    head = excluded.head, tail = excluded.tail, cut_characters = excluded.cut_characters;
$$;
comment on function public.write_run_logs(jsonb) is
  'Replaces the logs of running runs with what their worker has stored so far: [{run_id, attempt_token, head, tail, '
  'cut_characters}]; changes nothing for a run that has finished or whose lease is lost.';

grant execute on function public.write_run_logs(jsonb) to service_role;
