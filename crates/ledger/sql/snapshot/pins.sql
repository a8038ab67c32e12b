-- Which studies keep this snapshot?
select study
from snapshot_pin
where snapshot = $1
order by study
