-- Which loads were there, newest first?
select id, source, command, actor, started_us, ended_us, outcome, snapshot, failure
from load
order by id desc
limit $1
