-- Note that a session is in use.
update session
set seen_us = $2
where token_hash = $1
  and ended_us is null
