-- Which checkpoints come after this size, in order?
select size, at_us, note
from checkpoint
where size > $1
order by size
limit $2
