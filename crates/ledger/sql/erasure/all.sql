-- Which erasures were there, oldest first?
select
    id, actor, reason, begun_us, ended_us, load, snapshot, certificate_sha256,
    lifted_us, lifted_by
from erasure
order by id
