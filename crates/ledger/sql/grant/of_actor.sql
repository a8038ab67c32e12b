-- Which grants of this person hold now for this purpose?
select study, sees_rows, exact_counts
from access_grant
where actor = $1
  and purpose = $2
  and revoked_us is null
  and (expires_us is null or expires_us > $3)
  and not exists (
    select 1
    from account
    where account.actor = access_grant.actor
      and (account.disabled_us is not null or account.expires_us <= $3)
  )
order by id
