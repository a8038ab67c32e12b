-- What does this row say?
select seq, at_us, actor, act, object, purpose, study, detail, prev_hash, hash
from audit
where seq = $1
