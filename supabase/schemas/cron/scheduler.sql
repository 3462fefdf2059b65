-- On hosted Supabase, the database calls the portal's scheduler every minute (pg_cron and pg_net). Without these extensions
-- this file changes nothing, and a worker ticks instead. Vault contains the URL and secret; see docs/operations.md.
do $$
begin
  if (
    select count(*) from pg_catalog.pg_available_extensions where name in ('pg_cron', 'pg_net', 'supabase_vault')
  ) < 3 then
    return;
  end if;
  create extension if not exists pg_cron with schema pg_catalog;
  create extension if not exists pg_net;
  create extension if not exists supabase_vault;
  execute $cron$ select cron.schedule('tc-portal-scheduler', '* * * * *', 'select private.call_scheduler()') $cron$;
  -- pg_cron keeps a row for each call forever.
  execute $cron$
    select cron.schedule('tc-portal-forget-calls', '17 3 * * *',
      $purge$ delete from cron.job_run_details where end_time < now() - interval '7 days' $purge$)
  $cron$;
end;
$$;
