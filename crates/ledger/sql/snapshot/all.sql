-- Which snapshots are there, newest first?
select id, parent, created_us, load, kind, expired_us
from snapshot
order by id desc
limit $1
