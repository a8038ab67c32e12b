-- What is the hash of this row?
select hash
from audit
where seq = $1
