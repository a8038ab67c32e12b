-- Take a person's password away.
update account
set password = null
where actor = $1
