-- Forget half sign-ins that have ended.
delete from account_link
where kind = 'half'
  and ends_us < $1
