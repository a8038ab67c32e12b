-- What is known of this load?
select id, source, command, actor, started_us, ended_us, outcome, snapshot, failure
from load
where id = $1
