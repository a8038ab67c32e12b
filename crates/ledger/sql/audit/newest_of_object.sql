-- Which row told last of this act on this object?
select seq, at_us, actor, act, object, purpose, study, detail, prev_hash, hash
from audit
where object = $1
  and act = $2
order by seq desc
limit 1
