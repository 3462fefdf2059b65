create function private.has_worker(
  p_kind text, p_plugin_key text, p_job_name text, p_within interval default interval '150 seconds'
)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  select exists (
    select
    from private.heartbeats h
    where (h.process = 'drain' or starts_with(h.process, 'worker:')) and h.beat_at > now() - p_within
      and private.can_handle(h.details -> 'handlers', p_kind, p_plugin_key, p_job_name)
  );
$$;
comment on function private.has_worker(text, text, text, interval) is
  'Whether a worker that can run this job sent a heartbeat within that time. Definer, because members cannot read heartbeats.';

grant execute on function private.has_worker(text, text, text, interval) to authenticated, service_role;
