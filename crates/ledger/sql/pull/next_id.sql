-- Which number does the next pull get?
select coalesce(max(id), 0) + 1
from pull
