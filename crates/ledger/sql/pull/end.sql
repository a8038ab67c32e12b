-- A running pull ends.
update pull
set outcome = $2, ended_us = $3, way = $4, server_time = $5, load = $6, failure_ja = $7, failure_en = $8
where id = $1 and outcome = 'running'
