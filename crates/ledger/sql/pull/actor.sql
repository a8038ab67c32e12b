-- Who began this pull?
select actor
from pull
where id = $1
