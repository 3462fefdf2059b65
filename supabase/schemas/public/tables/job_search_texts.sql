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
