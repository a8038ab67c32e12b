-- Which number does the next load get?
select coalesce(max(id), 0) + 1
from load
