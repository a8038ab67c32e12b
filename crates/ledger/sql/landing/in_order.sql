-- Which files are held after this arrival, in the order of arrival?
select source, id, arrival, load, name, size_bytes, stored_bytes, kind, arrived_us, taken_snapshot
from landing
where arrival > $1
order by arrival
limit $2
