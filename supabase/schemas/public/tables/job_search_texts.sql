-- Bringing every text into one form of letters at each search would be most of the time of a search. A table of its own,
-- because job_status keeps the columns that scripts know.
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
