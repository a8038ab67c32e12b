-- Which erasures that stand know this?
select erasure_tombstone.erasure
from erasure_tombstone
join erasure on erasure.id = erasure_tombstone.erasure
where erasure_tombstone.blind = $1 and erasure.lifted_us is null
order by erasure_tombstone.erasure
