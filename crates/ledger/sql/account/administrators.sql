-- How many others are administrators who can sign in?
select count(*)
from account
where role = 'administrator'
  and actor <> $1
  and joined_us is not null
  and disabled_us is null
  and (expires_us is null or expires_us > $2)
