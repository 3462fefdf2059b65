create function private.call_scheduler()
returns bigint
language plpgsql
security definer
set search_path = ''
as $$
declare
  -- As the portal reads its settings: people copy these characters along with a value.
  v_around constant text := E' \t\r\n\uFEFF"''';
  v_url text;
  v_secret text;
begin
  select nullif(btrim(s.decrypted_secret, v_around), '') into v_url
  from vault.decrypted_secrets s where s.name = 'tc_portal_url';
  select nullif(btrim(s.decrypted_secret, v_around), '') into v_secret
  from vault.decrypted_secrets s where s.name = 'tc_portal_cron_secret';
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
