-- What is this snapshot?
select id, parent, created_us, load, kind
from snapshot
where id = $1
