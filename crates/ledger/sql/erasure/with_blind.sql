-- What do the erasures that stand know again, beside this?
select distinct beside.blind
from erasure_tombstone as known
join erasure on erasure.id = known.erasure
join erasure_tombstone as beside on beside.erasure = known.erasure
where known.blind = $1 and erasure.lifted_us is null
order by beside.blind
