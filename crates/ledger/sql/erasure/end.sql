-- An erasure is done.
update erasure
set ended_us = $2, load = $3, snapshot = $4, certificate = $5, certificate_sha256 = $6
where id = $1
