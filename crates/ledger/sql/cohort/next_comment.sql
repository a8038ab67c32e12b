-- Which number does the next remark on this cohort get?
select coalesce(max(seq), 0) + 1
from cohort_comment
where cohort_id = $1
