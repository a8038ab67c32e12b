-- Which checkpoint is the newest?
select size, at_us, note
from checkpoint
order by size desc
limit 1
