-- How far has each place the checkpoints?
select place, sent_size, sent_us, failed_us, failure
from checkpoint_place
order by place
