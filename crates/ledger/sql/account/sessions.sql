-- Which sessions of this person hold, the newest first?
select token_hash, begun_us, seen_us
from session
where actor = $1
  and ended_us is null
  and seen_us > $2
  and begun_us > $3
order by begun_us desc, token_hash
