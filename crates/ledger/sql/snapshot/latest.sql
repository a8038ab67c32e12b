-- Which snapshot is the newest?
select max(id)
from snapshot
