-- Job keys that look alike are one job from now on: reports come with keys in Unicode NFC and without unseen characters around them
-- (cleanName in src/domain/name-text.ts). Jobs that 0.1.0 stored under another form of their key get the clean one, so that the next
-- report continues them. Of several twins, the one with the newest report gets it, unless a job has the clean key already; the others
-- keep their history under their old key until somebody deletes them.

with twins as (
  select distinct on (j.tenant_id, k.clean_key) j.id, j.tenant_id, k.clean_key
  from public.jobs j
  cross join lateral (
    select regexp_replace(
      normalize(j.job_key, nfc),
      '^[\u0001-\u0020\u007f-\u00a0\u00ad\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]+'
        '|[\u0001-\u0020\u007f-\u00a0\u00ad\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]+$',
      '', 'g'
    ) as clean_key
  ) k
  where k.clean_key <> j.job_key collate "C"
    and length(k.clean_key) between 1 and 200
    and not exists (select 1 from public.jobs o where o.tenant_id = j.tenant_id and o.job_key = k.clean_key)
  order by j.tenant_id, k.clean_key, j.latest_ordered_at desc nulls last, j.id
),
renamed as (
  update public.jobs j set job_key = t.clean_key from twins t where j.id = t.id returning j.id, j.job_key
)
update public.job_status s set job_key = r.job_key from renamed r where s.job_id = r.id;
