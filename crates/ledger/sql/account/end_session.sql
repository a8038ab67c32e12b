-- End one session of this person, by the beginning of its hash.
update session
set ended_us = $3
where actor = $1
  and substr(token_hash, 1, 16) = $2
  and ended_us is null
