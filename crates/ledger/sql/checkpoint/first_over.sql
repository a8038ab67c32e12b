-- Which is the first checkpoint over this row?
select size, at_us, note
from checkpoint
where size >= $1
order by size
limit 1
