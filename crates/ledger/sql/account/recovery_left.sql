-- How many recovery codes has this person left?
select count(*)
from account_recovery
where actor = $1
  and used_us is null
