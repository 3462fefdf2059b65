-- How often something may be tried.

-- schemas/private/tables/rate_limits.sql
-- The database counts attempts, so a limit applies across any number of portals.
create table private.rate_limits (
  bucket text primary key,
  window_started_at timestamptz not null,
  used integer not null
);

comment on table private.rate_limits is
  'Attempts per bucket in the current window; rows of past windows are deleted when new attempts are counted.';
comment on column private.rate_limits.bucket is 'What is limited, hashed if it identifies a person.';
comment on column private.rate_limits.window_started_at is 'Start of the window.';
comment on column private.rate_limits.used is 'Attempts in the window.';

-- schemas/private/functions/take_attempt.sql
create function private.take_attempt(p_bucket text, p_limit integer, p_window_seconds integer)
returns integer
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_used integer;
  v_started_at timestamptz;
begin
  insert into private.rate_limits as r (bucket, window_started_at, used)
    values (p_bucket, now(), 1)
    on conflict (bucket) do update set
      used = case when r.window_started_at <= now() - make_interval(secs => p_window_seconds) then 1 else r.used + 1 end,
      window_started_at = case
        when r.window_started_at <= now() - make_interval(secs => p_window_seconds) then now()
        else r.window_started_at
      end
    returning used, window_started_at into v_used, v_started_at;
  if v_used = 1 then
    delete from private.rate_limits where window_started_at < now() - interval '1 day';
  end if;
  if v_used <= p_limit then
    return 0;
  end if;
  return greatest(1, ceil(extract(epoch from v_started_at - now()) + p_window_seconds)::integer);
end;
$$;
comment on function private.take_attempt(text, integer, integer) is
  'Counts an attempt. Returns 0 if it is within the limit, otherwise the seconds to wait. Definer, because the table is '
  'private.';

grant execute on function private.take_attempt(text, integer, integer) to service_role;

-- schemas/public/functions/take_attempt.sql
create function public.take_attempt(p_bucket text, p_limit integer, p_window_seconds integer)
returns integer
language sql
security invoker
set search_path = ''
as $$
  select private.take_attempt(p_bucket, p_limit, p_window_seconds);
$$;
comment on function public.take_attempt(text, integer, integer) is 'Data API entry to private.take_attempt, for the service role only.';

grant execute on function public.take_attempt(text, integer, integer) to service_role;
