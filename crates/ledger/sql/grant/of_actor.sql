-- Which grants of this person hold now for this purpose?
select study, sees_rows, exact_counts
from access_grant
where actor = $1
  and purpose = $2
  and revoked_us is null
  and (expires_us is null or expires_us > $3)
order by id
