-- Which rows come after this one, in order?
select seq, at_us, actor, act, object, purpose, study, detail, prev_hash, hash
from audit
where seq > $1
order by seq
limit $2
