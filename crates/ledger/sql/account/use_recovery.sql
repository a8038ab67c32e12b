-- Use a recovery code that was not used.
update account_recovery
set used_us = $3
where code_hash = $1
  and actor = $2
  and used_us is null
