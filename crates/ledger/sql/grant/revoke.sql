-- This grant ends.
update access_grant
set revoked_us = $2, revoked_by = $3
where id = $1 and revoked_us is null
