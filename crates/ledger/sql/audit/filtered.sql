-- Which rows between these two are of this actor, act, purpose, study and object, in this half-open
-- time?
select seq, at_us, actor, act, object, purpose, study, detail, prev_hash, hash
from audit
where seq > $1
  and (cast($2 as bigint) is null or seq < $2)
  and (cast($3 as text) is null or actor = $3)
  and (cast($4 as text) is null or act = $4)
  and (cast($5 as bigint) is null or at_us >= $5)
  and (cast($6 as bigint) is null or at_us < $6)
  and (cast($7 as text) is null or purpose = $7)
  and (cast($8 as text) is null or study = $8)
  and (cast($10 as text) is null or object = $10)
order by seq
limit $9
