-- Keep a remark on a version of a cohort.
insert into cohort_comment (cohort_id, seq, version, body, written_by, written_us)
values ($1, $2, $3, $4, $5, $6)
