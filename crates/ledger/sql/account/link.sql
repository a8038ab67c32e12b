-- For whom is this token, if it was not used and has not ended?
select kind, actor, ends_us
from account_link
where token_hash = $1
  and used_us is null
  and ends_us > $2
