-- Which versions has this cohort, the newest first?
select cohort_id, version, sha256, definition, title_ja, title_en, note, saved_by, saved_us
from cohort_version
where cohort_id = $1
order by version desc
