-- Open a cohort to colleagues who have its link, or close it.
update cohort
set is_shared = $2
where id = $1
