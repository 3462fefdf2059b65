create function private.new_run_id()
returns uuid
language sql
volatile
set search_path = ''
as $$
  -- UUID version 7 (RFC 9562) with microseconds in rand_a: ids increase with time, so the index of millions of runs stays
  -- compact, and runs created one after another stay in order.
  select encode(
    substring(int8send(clock.microseconds / 1000) from 3)
      || substring(int4send(28672 + (clock.microseconds % 1000 * 4096 / 1000)::integer) from 3)
      || substring(uuid_send(gen_random_uuid()) from 9),
    'hex')::uuid
  from (select (extract(epoch from clock_timestamp()) * 1000000)::bigint as microseconds) clock;
$$;
comment on function private.new_run_id() is 'A new UUID version 7.';

grant execute on function private.new_run_id() to service_role;
