-- A running load ends.
update load
set outcome = $2, ended_us = $3, snapshot = $4, failure = $5
where id = $1 and outcome = 'running'
