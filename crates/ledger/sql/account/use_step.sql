-- Use a step that is later than the last one used.
update account_second
set last_step = $2
where actor = $1
  and last_step < $2
