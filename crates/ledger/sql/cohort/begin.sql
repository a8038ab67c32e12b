-- Begin a cohort.
insert into cohort (id, owner, is_shared, begun_us)
values ($1, $2, $3, $4)
