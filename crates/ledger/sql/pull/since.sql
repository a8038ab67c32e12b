-- For which moment did the server's last complete answer to this question hold?
select server_time
from pull
where source = $1 and base = $2 and asked = $3
    and outcome = 'completed' and server_time is not null
order by id desc
limit 1
