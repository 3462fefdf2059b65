create function private.refuse_change_of_audit_log()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  -- Rows are deleted only together with their tenant, by the foreign key's cascade.
  if tg_op = 'DELETE' and not exists (select 1 from public.tenants where id = old.tenant_id) then
    return old;
  end if;
  raise exception 'audit_log is append-only' using errcode = '42501';
end;
$$;
comment on function private.refuse_change_of_audit_log() is
  'Trigger: no role can change the audit log, not even the service role.';
