-- Which number does the next cohort get?
select coalesce(max(id), 0) + 1
from cohort
