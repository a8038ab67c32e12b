-- Which rows after this one are of this actor and act, in this half-open time?
select seq, at_us, actor, act, object, purpose, study, detail, prev_hash, hash
from audit
where seq > $1
  and (cast($2 as text) is null or actor = $2)
  and (cast($3 as text) is null or act = $3)
  and (cast($4 as bigint) is null or at_us >= $4)
  and (cast($5 as bigint) is null or at_us < $5)
order by seq
limit $6
