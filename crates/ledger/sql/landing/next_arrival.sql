-- Which place in the order of arrival does the next file get?
select coalesce(max(arrival), 0) + 1
from landing
