create function public.current_member()
returns table (
  user_id uuid,
  role text,
  email text,
  display_name text,
  tenant_id uuid,
  tenant_name text,
  time_zone text,
  failing_count integer,
  job_count integer,
  badge_version text
)
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return query select * from private.current_member();
end;
$$;
comment on function public.current_member() is
  'The signed-in user in their first company, with the content of the badge: failing jobs, jobs that have finished at least '
  'once, and a version that changes when a live page has something new to show. No row for any other caller.';

grant execute on function public.current_member() to authenticated;
