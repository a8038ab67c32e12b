-- What are the hashes of the rows after this one, in order?
select seq, hash
from audit
where seq > $1
order by seq
limit $2
