create function private.delete_run_stats_of_job()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- The cascade would come when nobody knows any more which plugin the job belonged to.
  delete from public.run_stats_daily s where s.job_id = old.id;
  return old;
end;
$$;
comment on function private.delete_run_stats_of_job() is
  'Takes a deleted job out of the totals. Definer, because admins delete jobs but write no totals.';
