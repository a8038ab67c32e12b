-- Which pulls were there, newest first?
select
    id, name, source, base, asked, since, actor, started_us, ended_us, outcome, way,
    server_time, load, failure_ja, failure_en
from pull
order by id desc
limit $1
