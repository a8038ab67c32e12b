-- Keep a person's password; the first one is when they joined.
update account
set password = $2,
    joined_us = coalesce(joined_us, $3)
where actor = $1
