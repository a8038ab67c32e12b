-- Which pull that asked this is marked as running?
select id
from pull
where source = $1 and base = $2 and asked = $3 and outcome = 'running'
order by id desc
limit 1
