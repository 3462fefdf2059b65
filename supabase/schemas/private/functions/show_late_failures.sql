create function private.show_late_failures(p_job_ids uuid[])
returns void
language sql
security invoker
set search_path = ''
as $$
  update public.job_status s
    set late_failure_run_id = r.id, late_failure_at = r.received_at, updated_at = now()
    from unnest(p_job_ids) j (id)
    left join lateral (
      select r.id, r.received_at
      from public.runs r
      where r.job_id = j.id and r.is_reported_late
      order by r.received_at desc, r.id desc
      limit 1
    ) r on true
    where s.job_id = j.id and s.late_failure_run_id is distinct from r.id;
$$;
comment on function private.show_late_failures(uuid[]) is
  'Copies to job_status which failure of each job was reported late and is not explained yet.';

grant execute on function private.show_late_failures(uuid[]) to service_role;
