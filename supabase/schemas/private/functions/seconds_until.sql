create function private.seconds_until(p_at timestamptz)
returns integer
language sql
volatile
security invoker
set search_path = ''
as $$ select greatest(0, ceil(extract(epoch from p_at - clock_timestamp())))::integer; $$;
comment on function private.seconds_until(timestamptz) is 'Whole seconds from now, rounded up; 0 for an instant that has passed.';

grant execute on function private.seconds_until(timestamptz) to service_role;
