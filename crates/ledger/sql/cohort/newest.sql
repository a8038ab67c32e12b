-- Which is the newest version of this cohort?
select coalesce(max(version), 0)
from cohort_version
where cohort_id = $1
