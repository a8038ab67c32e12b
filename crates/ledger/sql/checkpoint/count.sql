-- How many checkpoints are there?
select count(*)
from checkpoint
