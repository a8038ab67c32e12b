-- End every session of this person but the one of this token.
update session
set ended_us = $3
where actor = $1
  and token_hash <> $2
  and ended_us is null
