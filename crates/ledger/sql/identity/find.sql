-- Which patients are found by this?
select distinct owner
from identity_index
where blind = $1 and kind = $2
order by owner
