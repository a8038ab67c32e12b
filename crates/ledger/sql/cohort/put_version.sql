-- Keep a version of a cohort.
insert into cohort_version
    (cohort_id, version, sha256, definition, title_ja, title_en, note, saved_by, saved_us)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
