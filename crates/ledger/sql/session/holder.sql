-- Whose session is this, if it was neither ended nor left alone nor open for too long?
select actor, seen_us
from session
where token_hash = $1
  and ended_us is null
  and seen_us > $2
  and begun_us > $3
