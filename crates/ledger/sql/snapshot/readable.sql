-- Which snapshots can be read, newest first?
select id, parent, created_us, load, kind, expired_us
from snapshot
where expired_us is null
order by id desc
