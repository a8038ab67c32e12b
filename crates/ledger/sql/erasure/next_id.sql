-- Which number does the next erasure get?
select coalesce(max(id), 0) + 1
from erasure
