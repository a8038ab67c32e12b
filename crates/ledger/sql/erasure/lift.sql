-- The person may come back; an erasure under way, or lifted before, stays as it is.
update erasure
set lifted_us = $2, lifted_by = $3
where id = $1 and ended_us is not null and lifted_us is null
