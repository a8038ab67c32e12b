-- Take back the count of a try that succeeded.
update account_try
set failures = failures - 1,
    last_us = 0
where name_hash = $1
  and way = $2
  and failures > 0
