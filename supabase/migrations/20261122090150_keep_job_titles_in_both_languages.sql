-- A manifest names its jobs in both languages, and screens show the reader's until an admin gives the job a name of its own.

alter table public.jobs
  add column titles jsonb,
  add constraint job_titles_are_in_both_languages check (
    titles is null
    or (titles ?& array['ja', 'en'] and jsonb_typeof(titles -> 'ja') = 'string' and jsonb_typeof(titles -> 'en') = 'string')
  );
comment on column public.jobs.titles is 'The title as its plugin''s manifest has it, {ja, en}; null when the manifest has one text, and once a person renamed the job.';

grant insert (titles) on public.jobs to authenticated;

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
comment on function private.forget_declared_titles() is 'Trigger: a job that is renamed has this one title for everybody.';

create trigger forget_declared_titles before update of title on public.jobs
  for each row when (old.title <> new.title and old.titles is not distinct from new.titles)
  execute function private.forget_declared_titles();

update public.jobs j
  set titles = d.job -> 'title'
  from public.plugins p
  cross join lateral jsonb_path_query(p.manifest, '$.jobs[*]') d (job)
  where p.id = j.plugin_id
    and d.job ->> 'name' = j.plugin_job_name
    and j.title in (d.job #>> '{title,ja}', d.job #>> '{title,en}')
    and jsonb_typeof(d.job #> '{title,ja}') = 'string'
    and jsonb_typeof(d.job #> '{title,en}') = 'string';
