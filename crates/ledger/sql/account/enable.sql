-- Open an account that was closed.
update account
set disabled_us = null
where actor = $1
  and disabled_us is not null
