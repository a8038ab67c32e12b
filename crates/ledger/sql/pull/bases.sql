-- Which servers have the records of each source been fetched from?
select distinct source, base
from pull
order by source, base
