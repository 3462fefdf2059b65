create table public.run_error_stacks (
  run_id uuid primary key references public.runs (id) on delete cascade,
  tenant_id uuid not null,
  stack text not null
);

comment on table public.run_error_stacks is 'Stack of a run''s last error; only admins can read it.';
comment on column public.run_error_stacks.run_id is 'The run.';
comment on column public.run_error_stacks.tenant_id is 'The tenant.';
comment on column public.run_error_stacks.stack is 'The stack, shortened and redacted.';
