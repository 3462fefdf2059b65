-- The database itself ticks where the project has pg_cron.

-- schemas/private/functions/call_scheduler.sql
create function private.call_scheduler()
returns bigint
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_url text;
  v_secret text;
begin
  select s.decrypted_secret into v_url from vault.decrypted_secrets s where s.name = 'tc_portal_url';
  select s.decrypted_secret into v_secret from vault.decrypted_secrets s where s.name = 'tc_portal_cron_secret';
  if v_url is null or v_secret is null then
    return null;
  end if;
  return net.http_post(
    url := rtrim(v_url, '/') || '/api/internal/scheduler',
    body := '{}'::jsonb,
    headers := jsonb_build_object('Content-Type', 'application/json', 'Authorization', 'Bearer ' || v_secret),
    timeout_milliseconds := 58000
  );
end;
$$;
comment on function private.call_scheduler() is
  'Requests one tick from the portal if Vault contains tc_portal_url and tc_portal_cron_secret. Definer, because pg_cron''s '
  'role cannot read Vault.';

-- schemas/cron/scheduler.sql
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
