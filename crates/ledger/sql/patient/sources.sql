-- Which sources have sent patients?
select distinct source
from patient
order by source
