-- Whose cohort is this, and is it shared?
select id, owner, is_shared
from cohort
where id = $1
