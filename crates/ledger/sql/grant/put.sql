-- This person may look for this purpose.
insert into access_grant (
    id, actor, purpose, study, sees_rows, exact_counts, granted_by, granted_us, expires_us
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
