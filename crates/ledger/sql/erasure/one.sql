-- What is known of this erasure?
select
    id, actor, reason, begun_us, ended_us, load, snapshot, certificate_sha256,
    lifted_us, lifted_by
from erasure
where id = $1
