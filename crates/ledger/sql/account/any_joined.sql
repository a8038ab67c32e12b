-- Has anybody ever chosen a password here?
select count(*)
from account
where joined_us is not null
