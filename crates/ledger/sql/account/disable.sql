-- Close an account that is open.
update account
set disabled_us = $2
where actor = $1
  and disabled_us is null
