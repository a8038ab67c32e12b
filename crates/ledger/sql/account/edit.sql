-- Change what is known of an account.
update account
set name_ja = $2,
    name_en = $3,
    email = $4,
    role = $5,
    department = $6,
    supervisor = $7,
    expires_us = $8
where actor = $1
