-- Which number does the next decision get?
select coalesce(max(seq), 0) + 1
from consent_decision
