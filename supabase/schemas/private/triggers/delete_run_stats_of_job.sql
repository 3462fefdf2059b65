create function private.delete_run_stats_of_job()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- Delete before the cascade does: after it, the job's plugin is unknown.
  delete from public.run_stats_daily s where s.job_id = old.id;
  return old;
end;
$$;
comment on function private.delete_run_stats_of_job() is
  'Subtracts a deleted job from the totals. Definer, because admins delete jobs but cannot write totals.';
