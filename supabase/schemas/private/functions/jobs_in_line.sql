-- Jumps from job to job in the index, so the length of a line does not matter.
create function private.jobs_in_line(p_max integer)
returns setof uuid
language plpgsql
-- Usually few; for the default of 1,000 the planner would read the whole table of jobs.
rows 10
security invoker
set search_path = ''
-- Lines are read from their indexes, even if statistics are old or a plan is kept from when there were few runs.
set enable_seqscan = off
as $$
declare
  -- Starts at a random job, so that none is left out every time if there are more than p_max.
  v_start uuid := gen_random_uuid();
  v_after uuid := v_start;
  v_is_wrapped boolean := false;
  v_next uuid;
begin
  for v_count in 1..p_max loop
    select r.job_id into v_next
      from public.runs r
      where r.state = 'pending' and r.queue_message_id is null and r.next_attempt_at is null and r.job_id > v_after
      order by r.job_id
      limit 1;
    if v_next is null and not v_is_wrapped then
      v_is_wrapped := true;
      select r.job_id into v_next
        from public.runs r
        where r.state = 'pending' and r.queue_message_id is null and r.next_attempt_at is null
        order by r.job_id
        limit 1;
    end if;
    exit when v_next is null or (v_is_wrapped and v_next > v_start);
    return next v_next;
    v_after := v_next;
  end loop;
end;
$$;
comment on function private.jobs_in_line(integer) is 'Up to p_max jobs that have runs in their line, starting at a random one.';

grant execute on function private.jobs_in_line(integer) to service_role;
