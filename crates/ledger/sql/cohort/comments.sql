-- What was said about this cohort, in order?
select seq, version, body, written_by, written_us
from cohort_comment
where cohort_id = $1
order by seq
