-- Who is this, sealed?
select key_version, nonce, sealed
from identity_record
where kind = $1 and owner = $2
