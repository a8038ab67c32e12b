-- How often did this name fail on this way today, and when last?
select failures, last_us
from account_try
where name_hash = $1
  and way = $2
  and day = $3
