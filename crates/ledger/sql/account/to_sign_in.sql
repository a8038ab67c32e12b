-- What decides whether this person may sign in now?
select account.password, account_second.confirmed_us is not null as has_second
from account
left join account_second on account_second.actor = account.actor
where account.actor = $1
  and account.disabled_us is null
  and (account.expires_us is null or account.expires_us > $2)
