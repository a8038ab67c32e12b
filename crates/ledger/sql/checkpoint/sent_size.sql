-- How far has this place the checkpoints?
select sent_size
from checkpoint_place
where place = $1
