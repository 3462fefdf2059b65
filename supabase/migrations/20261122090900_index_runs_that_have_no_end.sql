-- What is under way is asked for as runs without an end, which an index holds in their order. Asked for by states, a plan made
-- for any states may read the whole history of a job instead.

create index runs_without_end_newest_first on public.runs (job_id, ordered_at desc, id desc) where completed_at is null;
