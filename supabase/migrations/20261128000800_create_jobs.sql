-- A job is something that should run, known by its key in its tenant, whoever runs it; with how it is now, and the texts in
-- which it is searched.

-- schemas/private/functions/searchable.sql
create function private.searchable(p_text text)
returns text
language sql
immutable
parallel safe
set search_path = ''
as $$
  select lower(normalize(p_text, nfkc));
$$;
comment on function private.searchable(text) is
  'Normalizes a text for search: ignores case and the width of letters. src/domain/search-pattern.ts does the same with what '
  'people type.';

-- schemas/private/functions/job_name_text.sql
create function private.job_name_text(p_key text, p_title text, p_titles jsonb)
returns text
language sql
immutable
parallel safe
set search_path = ''
as $$
  select private.searchable(concat_ws(E'\n', p_key, p_title, p_titles ->> 'ja', p_titles ->> 'en'));
$$;
comment on function private.job_name_text(text, text, jsonb) is 'Returns the text by which a job is found, in every language.';

-- schemas/private/triggers/forget_declared_titles.sql
-- A manifest has a job's title in both languages, and screens show the reader's until an admin renames the job.
create function private.forget_declared_titles()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.titles := null;
  return new;
end;
$$;
comment on function private.forget_declared_titles() is 'Trigger: a renamed job has its new title in every language.';

-- schemas/private/triggers/delete_run_stats_of_job.sql
create function private.delete_run_stats_of_job()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- Delete before the cascade does: after it, the job's plugin is unknown.
  delete from public.run_stats_daily s where s.job_id = old.id;
  return old;
end;
$$;
comment on function private.delete_run_stats_of_job() is
  'Subtracts a deleted job from the totals. Definer, because admins delete jobs but cannot write totals.';

-- schemas/private/triggers/move_run_totals_of_job.sql
create function private.move_run_totals_of_job()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into public.run_totals_daily
    (tenant_id, plugin_id, day, success_count, failed_count, canceled_count, success_events_sum,
      success_duration_count, success_duration_ms_sum)
  select
    s.tenant_id, m.plugin_id, s.day, m.sign * s.success_count, m.sign * s.failed_count, m.sign * s.canceled_count,
    m.sign * s.success_events_sum, m.sign * s.success_duration_count, m.sign * s.success_duration_ms_sum
  from public.run_stats_daily s
  cross join (values (-1, old.plugin_id), (1, new.plugin_id)) m (sign, plugin_id)
  where s.job_id = new.id;
  perform private.fold_run_totals();
  return null;
end;
$$;
comment on function private.move_run_totals_of_job() is
  'Moves the totals of a job to its new plugin. Definer, because only triggers write run_totals_daily.';

-- schemas/private/triggers/note_job_name.sql
create function private.note_job_name()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into public.job_search_texts as x (job_id, tenant_id, name_text)
    values (new.id, new.tenant_id, private.job_name_text(new.job_key, new.title, new.titles))
    on conflict (job_id) do update set name_text = excluded.name_text;
  return null;
end;
$$;
comment on function private.note_job_name() is
  'Updates the names in job_search_texts. Definer, because admins add and rename jobs but only triggers write that table.';

-- schemas/private/triggers/note_job_messages.sql
create function private.note_job_messages()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  update public.job_search_texts x
    set message_text = s.message_text
    from (select a.job_id, private.searchable(coalesce(a.last_message, '')) as message_text from after_rows a) s
    where x.job_id = s.job_id and x.message_text <> s.message_text;
  return null;
end;
$$;
comment on function private.note_job_messages() is
  'Updates the messages in job_search_texts, with one statement per batch of reports. Definer, because only triggers write '
  'that table.';

-- schemas/public/tables/jobs.sql
create table public.jobs (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  job_key text not null,
  title text not null,
  titles jsonb,
  kind text not null default 'external',
  tool_id uuid,
  plugin_id uuid,
  plugin_job_name text,
  is_enabled boolean not null default true,
  payload jsonb not null default '{}',
  timeout_seconds integer not null default 300,
  max_attempts integer not null default 1,
  backoff_seconds integer not null default 10,
  max_backoff_seconds integer not null default 3600,
  concurrency_limit integer,
  cursor text,
  expected_schedule_type text,
  expected_cron text,
  expected_interval_seconds integer,
  expected_time_zone text,
  early_tolerance_seconds integer,
  late_tolerance_seconds integer,
  max_run_seconds integer,
  min_run_seconds integer,
  failure_threshold integer,
  recovery_threshold integer,
  is_expectation_locked boolean not null default false,
  latest_run_id uuid,
  latest_ordered_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint job_key_is_1_to_200_characters check (length(job_key) between 1 and 200),
  constraint job_title_is_1_to_500_characters check (length(title) between 1 and 500),
  constraint job_kind_is_external_or_plugin check (kind in ('external', 'plugin')),
  constraint job_key_is_unique_in_its_tenant unique (tenant_id, job_key),
  constraint job_belongs_to_a_tool_of_its_tenant
    foreign key (tenant_id, tool_id) references public.tools (tenant_id, id) on delete set null (tool_id),
  constraint job_expects_a_cron_or_an_interval check (
    case expected_schedule_type
      when 'cron' then expected_cron is not null and expected_time_zone is not null and expected_interval_seconds is null
      when 'interval' then expected_interval_seconds between 1 and 31622400 and expected_cron is null
      else expected_schedule_type is null and expected_cron is null and expected_interval_seconds is null
    end
  ),
  constraint job_expected_cron_is_at_most_200_characters check (length(expected_cron) <= 200),
  constraint job_tolerances_are_at_most_1_year check (
    early_tolerance_seconds between 0 and 31622400
    and late_tolerance_seconds between 0 and 31622400
    and max_run_seconds between 0 and 31622400
    and min_run_seconds between 0 and 31622400
  ),
  constraint job_thresholds_are_1_to_1000 check (
    failure_threshold between 1 and 1000 and recovery_threshold between 1 and 1000
  ),
  constraint job_belongs_to_a_plugin_of_its_tenant
    foreign key (tenant_id, plugin_id) references public.plugins (tenant_id, id) on delete cascade,
  constraint plugin_job_names_its_plugin_and_job check (
    (kind = 'plugin') = (plugin_id is not null and plugin_job_name is not null)
  ),
  constraint job_timeout_is_1_second_to_1_day check (timeout_seconds between 1 and 86400),
  constraint job_attempts_are_1_to_100 check (max_attempts between 1 and 100),
  constraint job_backoffs_are_at_most_1_day check (
    backoff_seconds between 0 and 86400 and max_backoff_seconds between 0 and 86400
  ),
  constraint job_backoff_is_at_most_the_longest check (backoff_seconds <= max_backoff_seconds),
  constraint job_concurrency_is_1_to_1000 check (concurrency_limit between 1 and 1000),
  constraint job_cursor_is_at_most_8000_characters check (length(cursor) <= 8000),
  constraint job_can_be_referenced_with_its_tenant unique (tenant_id, id),
  constraint job_titles_are_in_both_languages check (
    titles is null
    or (titles ?& array['ja', 'en'] and jsonb_typeof(titles -> 'ja') = 'string' and jsonb_typeof(titles -> 'en') = 'string')
  )
);
create index jobs_of_a_tool on public.jobs (tenant_id, tool_id);
create index jobs_of_a_plugin on public.jobs (tenant_id, plugin_id);
create index plugin_jobs_by_title on public.jobs (tenant_id, title, id) where kind = 'plugin';
-- The filter of the list of runs reads jobs in this order, so they need not be sorted each time.
create index jobs_by_title on public.jobs (tenant_id, title, id);

comment on table public.jobs is 'Everything that should run: scripts that report in (external) and plugin jobs that the portal runs.';
comment on column public.jobs.id is 'Job id.';
comment on column public.jobs.tenant_id is 'The tenant.';
comment on column public.jobs.job_key is 'The key under which scripts report; unique in the tenant.';
comment on column public.jobs.title is 'Name to show, from the newest report or the plugin.';
comment on column public.jobs.titles is
  'The title in the plugin''s manifest, {ja, en}; null if the manifest has one text, or after an admin renamed the job.';
comment on column public.jobs.kind is 'external: the job runs elsewhere and sends reports; plugin: the portal runs it.';
comment on column public.jobs.tool_id is 'The tool that the job belongs to, if any.';
comment on column public.jobs.plugin_id is 'The plugin that declares the job; null for an external job.';
comment on column public.jobs.plugin_job_name is 'Name of the job in the plugin''s manifest.';
comment on column public.jobs.is_enabled is 'Whether the schedule starts the job.';
comment on column public.jobs.payload is 'Input of every run that was started without its own.';
comment on column public.jobs.timeout_seconds is 'How long one attempt can take before it times out.';
comment on column public.jobs.max_attempts is 'Attempts of one run before it fails.';
comment on column public.jobs.backoff_seconds is 'Wait before the second attempt; doubles for each further one.';
comment on column public.jobs.max_backoff_seconds is 'Longest wait between attempts.';
comment on column public.jobs.concurrency_limit is 'Most runs of the job at once, across all workers; null for no limit.';
comment on column public.jobs.cursor is 'Where the last successful run left off; stored together with its success.';
comment on column public.jobs.expected_schedule_type is 'cron or interval: when runs are expected; null if none are expected.';
comment on column public.jobs.expected_cron is 'Cron expression of the expectation.';
comment on column public.jobs.expected_interval_seconds is 'Seconds between expected runs.';
comment on column public.jobs.expected_time_zone is 'IANA zone in which the cron expression is read.';
comment on column public.jobs.early_tolerance_seconds is 'How early a report can arrive and still count for its occurrence.';
comment on column public.jobs.late_tolerance_seconds is 'How late a report can arrive before the run counts as missed.';
comment on column public.jobs.max_run_seconds is 'A longer run is an overrun.';
comment on column public.jobs.min_run_seconds is 'A shorter run is too fast.';
comment on column public.jobs.failure_threshold is 'Failures in a row that open an incident.';
comment on column public.jobs.recovery_threshold is 'Successes in a row that resolve it.';
comment on column public.jobs.is_expectation_locked is 'A person set the expectation; reports no longer change it.';
comment on column public.jobs.latest_run_id is 'The run that job_status shows.';
comment on column public.jobs.latest_ordered_at is 'Position in time of that run; an older report does not replace it.';
comment on column public.jobs.created_at is 'When the portal first received a report for the job, or created it.';
comment on column public.jobs.updated_at is 'When the row last changed.';

create trigger touch_jobs before update on public.jobs
  for each row execute function private.touch_updated_at();
create trigger audit_jobs
  after insert or delete or update of title, tool_id, is_enabled, expected_schedule_type, expected_cron,
    expected_interval_seconds, expected_time_zone, early_tolerance_seconds, late_tolerance_seconds, max_run_seconds,
    min_run_seconds, failure_threshold, recovery_threshold, is_expectation_locked, payload, timeout_seconds, max_attempts,
    backoff_seconds, max_backoff_seconds, concurrency_limit, cursor
  on public.jobs
  for each row execute function private.write_audit_row();
create trigger delete_run_stats before delete on public.jobs
  for each row execute function private.delete_run_stats_of_job();
create trigger move_run_totals after update of plugin_id on public.jobs
  for each row when (old.plugin_id is distinct from new.plugin_id)
  execute function private.move_run_totals_of_job();
create trigger forget_declared_titles before update of title on public.jobs
  for each row when (old.title <> new.title and old.titles is not distinct from new.titles)
  execute function private.forget_declared_titles();
create trigger note_new_job_name after insert on public.jobs
  for each row execute function private.note_job_name();
create trigger note_job_name after update of job_key, title, titles on public.jobs
  for each row when (old.job_key <> new.job_key or old.title <> new.title or old.titles is distinct from new.titles)
  execute function private.note_job_name();

-- schemas/public/policies/jobs.sql
grant select, delete,
  insert (tenant_id, job_key, title, titles, kind, plugin_id, plugin_job_name, payload, timeout_seconds, max_attempts,
    backoff_seconds, max_backoff_seconds, concurrency_limit),
  update (title, is_enabled, payload, timeout_seconds, max_attempts, backoff_seconds, max_backoff_seconds, concurrency_limit,
    cursor, is_expectation_locked)
  on public.jobs to authenticated;
grant select, insert, update, delete on public.jobs to service_role;

alter table public.jobs enable row level security;

create policy "Members can see the jobs of their tenant" on public.jobs
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));
create policy "Admins can change jobs of their tenant" on public.jobs
  for update to authenticated
  using (tenant_id in (select private.my_admin_tenant_ids()))
  with check (tenant_id in (select private.my_admin_tenant_ids()));
create policy "Admins can delete jobs of their tenant" on public.jobs
  for delete to authenticated using (tenant_id in (select private.my_admin_tenant_ids()));
create policy "Admins can add plugin jobs to their tenant" on public.jobs
  for insert to authenticated
  with check (tenant_id in (select private.my_admin_tenant_ids()) and kind = 'plugin');

-- schemas/public/tables/job_status.sql
-- The columns that scripts and screens of the replaced system use, plus tenant and job.
create table public.job_status (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  job_id uuid not null references public.jobs (id) on delete cascade,
  job_key text not null,
  title text not null,
  tool_id uuid,
  last_status text not null,
  last_finished_at timestamptz not null,
  last_message text,
  last_message_code text,
  last_message_values jsonb,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint job_status_is_success_or_error check (last_status in ('success', 'error')),
  constraint job_has_one_status unique (job_id),
  constraint job_status_key_is_unique_in_its_tenant unique (tenant_id, job_key),
  constraint job_status_belongs_to_a_tool_of_its_tenant
    foreign key (tenant_id, tool_id) references public.tools (tenant_id, id) on delete set null (tool_id)
);
create index job_status_failing_first on public.job_status (tenant_id, last_status, last_finished_at desc, id desc);
create index job_status_newest_first on public.job_status (tenant_id, last_finished_at desc, id desc);
create index job_status_of_a_tool on public.job_status (tenant_id, tool_id);
-- Every open tab repeatedly asks whether anything has changed.
create index job_status_newest_change on public.job_status (tenant_id, updated_at desc);

comment on table public.job_status is 'One row per job that has finished at least once: its latest outcome.';
comment on column public.job_status.id is 'Id in the response to a report; stays the same as long as the job exists.';
comment on column public.job_status.tenant_id is 'The tenant.';
comment on column public.job_status.job_id is 'The job.';
comment on column public.job_status.job_key is 'Key of the job, as reported.';
comment on column public.job_status.title is 'Name to show.';
comment on column public.job_status.tool_id is 'The tool that the job belongs to, if any.';
comment on column public.job_status.last_status is 'success or error: the outcome of the newest run.';
comment on column public.job_status.last_finished_at is 'When that run finished, by the reporter''s clock.';
comment on column public.job_status.last_message is 'The message of that run.';
comment on column public.job_status.last_message_code is 'Code of our own sentence; null for any other message.';
comment on column public.job_status.last_message_values is 'Values of the sentence, by name.';
comment on column public.job_status.created_at is 'When the job first finished.';
comment on column public.job_status.updated_at is 'When the row last changed, by the portal''s clock.';

create trigger note_first_job_messages after insert on public.job_status
  referencing new table as after_rows
  for each statement execute function private.note_job_messages();
create trigger note_job_messages after update on public.job_status
  referencing new table as after_rows
  for each statement execute function private.note_job_messages();

-- schemas/public/policies/job_status.sql
grant select on public.job_status to authenticated;
grant select, insert, update, delete on public.job_status to service_role;

alter table public.job_status enable row level security;

create policy "Members can see the job status of their tenant" on public.job_status
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));

-- schemas/public/tables/job_search_texts.sql
-- Normalizing every text during each search would take most of its time. A separate table, because job_status keeps the
-- columns that scripts know.
create table public.job_search_texts (
  job_id uuid primary key references public.jobs (id) on delete cascade,
  tenant_id uuid not null,
  name_text text not null,
  message_text text not null default ''
) with (fillfactor = 70);
create index job_search_texts_of_tenant on public.job_search_texts (tenant_id);

comment on table public.job_search_texts is
  'The texts by which a job is found, normalized by private.searchable; triggers of jobs and job_status update them.';
comment on column public.job_search_texts.job_id is 'The job.';
comment on column public.job_search_texts.tenant_id is 'The tenant.';
comment on column public.job_search_texts.name_text is 'The job''s key and its titles in every language, one per line.';
comment on column public.job_search_texts.message_text is 'The message of its newest run.';

-- schemas/public/policies/job_search_texts.sql
grant select on public.job_search_texts to authenticated, service_role;

alter table public.job_search_texts enable row level security;

create policy "Members can see the search texts of their tenant" on public.job_search_texts
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));
