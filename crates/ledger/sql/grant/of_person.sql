-- What may this person look for now, and for which study?
select purpose, study, sees_rows
from access_grant
where actor = $1
  and revoked_us is null
  and (expires_us is null or expires_us > $2)
  and not exists (
    select 1
    from account
    where account.actor = access_grant.actor
      and (account.disabled_us is not null or account.expires_us <= $2)
  )
order by id
