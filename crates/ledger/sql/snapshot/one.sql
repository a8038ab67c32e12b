-- What is this snapshot?
select id, parent, created_us, load, kind, expired_us
from snapshot
where id = $1
