-- Which was the last pull that asked this and came to its end?
select
    id, name, source, base, asked, since, actor, started_us, ended_us, outcome, way,
    server_time, load, failure_ja, failure_en
from pull
where source = $1 and base = $2 and asked = $3 and outcome = 'completed'
order by id desc
limit 1
