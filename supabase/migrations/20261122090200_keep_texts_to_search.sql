-- What lists of jobs are searched in, kept in one form of letters: bringing every text into that form at each search was most
-- of the time of a search. A table of its own, because job_status keeps the columns that scripts know.

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
  'A text in the form in which it is searched: full-width and half-width letters alike, capitals and small letters alike. '
  'src/domain/search-pattern.ts brings what people type into the same form.';

create table public.job_search_texts (
  job_id uuid primary key references public.jobs (id) on delete cascade,
  tenant_id uuid not null,
  name_text text not null,
  message_text text not null default ''
) with (fillfactor = 70);
create index job_search_texts_of_tenant on public.job_search_texts (tenant_id);
comment on table public.job_search_texts is 'What a job is found by, as private.searchable makes it; kept by triggers of jobs and job_status.';
comment on column public.job_search_texts.job_id is 'The job.';
comment on column public.job_search_texts.tenant_id is 'The tenant.';
comment on column public.job_search_texts.name_text is 'Its key and its titles in every language, a line each.';
comment on column public.job_search_texts.message_text is 'What its newest run said.';

grant select on public.job_search_texts to authenticated, service_role;

alter table public.job_search_texts enable row level security;

create policy "Members can see the search texts of their tenant" on public.job_search_texts
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));

create function private.job_name_text(p_key text, p_title text, p_titles jsonb)
returns text
language sql
immutable
parallel safe
set search_path = ''
as $$
  select private.searchable(concat_ws(E'\n', p_key, p_title, p_titles ->> 'ja', p_titles ->> 'en'));
$$;
comment on function private.job_name_text(text, text, jsonb) is 'What a job is found by, whichever language it is searched in.';

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
  'Keeps the names in job_search_texts. Definer, because admins add and rename jobs but only triggers write that table.';

create trigger note_new_job_name after insert on public.jobs
  for each row execute function private.note_job_name();
create trigger note_job_name after update of job_key, title, titles on public.jobs
  for each row when (old.job_key <> new.job_key or old.title <> new.title or old.titles is distinct from new.titles)
  execute function private.note_job_name();

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
  'Keeps the messages in job_search_texts, those of a batch of reports in one statement. Definer, because only triggers write '
  'that table.';

create trigger note_first_job_messages after insert on public.job_status
  referencing new table as after_rows
  for each statement execute function private.note_job_messages();
create trigger note_job_messages after update on public.job_status
  referencing new table as after_rows
  for each statement execute function private.note_job_messages();

insert into public.job_search_texts (job_id, tenant_id, name_text, message_text)
select j.id, j.tenant_id, private.job_name_text(j.job_key, j.title, j.titles), private.searchable(coalesce(s.last_message, ''))
from public.jobs j
left join public.job_status s on s.job_id = j.id;
