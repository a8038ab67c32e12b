-- Which grants were ever given, oldest first?
select
    id, actor, purpose, study, sees_rows, exact_counts,
    granted_by, granted_us, expires_us, revoked_us, revoked_by
from access_grant
order by id
