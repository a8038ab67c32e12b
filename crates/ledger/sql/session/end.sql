-- End a session that has not ended.
update session
set ended_us = $2
where token_hash = $1
  and ended_us is null
