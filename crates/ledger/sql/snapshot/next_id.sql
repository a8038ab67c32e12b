-- Which number does the next snapshot get?
select coalesce(max(id), 0) + 1
from snapshot
