-- Use a token that was not used and has not ended.
update account_link
set used_us = $2
where token_hash = $1
  and kind = $3
  and used_us is null
  and ends_us > $2
