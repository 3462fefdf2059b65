-- The jobs by which the list of runs can be narrowed are read in their order instead of being sorted each time.

create index jobs_by_title on public.jobs (tenant_id, title, id);
