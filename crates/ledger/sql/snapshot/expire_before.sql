-- The tables were made anew: no snapshot before this one can be read any longer.
update snapshot
set expired_us = $1
where id < $2
  and expired_us is null
