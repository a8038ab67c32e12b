-- Which cohorts may this person open, the one saved last first?
select v.cohort_id, v.version, v.sha256, v.definition, v.title_ja, v.title_en, v.note, v.saved_by,
    v.saved_us, c.owner, c.is_shared
from cohort as c
join cohort_version as v
    on v.cohort_id = c.id
where (c.owner = $1 or c.is_shared)
    and v.version = (select max(w.version) from cohort_version as w where w.cohort_id = c.id)
order by v.saved_us desc, v.cohort_id desc
limit $2
