-- Take a seed into use.
update account_second
set confirmed_us = $2
where actor = $1
  and confirmed_us is null
