-- What is not taken in, of erasures that stand?
select distinct erasure_tombstone.blind
from erasure_tombstone
join erasure on erasure.id = erasure_tombstone.erasure
where erasure.lifted_us is null
order by erasure_tombstone.blind
