create table public.run_logs (
  run_id uuid primary key references public.runs (id) on delete cascade,
  tenant_id uuid not null,
  head text not null,
  tail text not null default '',
  cut_characters bigint not null default 0,
  constraint run_log_cut_is_not_negative check (cut_characters >= 0)
);

comment on table public.run_logs is 'Log of a run: a limited head and tail, with secrets redacted before it is stored.';
comment on column public.run_logs.run_id is 'The run.';
comment on column public.run_logs.tenant_id is 'The tenant.';
comment on column public.run_logs.head is 'Start of the log, or all of it.';
comment on column public.run_logs.tail is 'End of the log if its middle was cut.';
comment on column public.run_logs.cut_characters is 'How many characters were cut between head and tail.';
