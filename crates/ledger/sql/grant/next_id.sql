-- Which number does the next grant get?
select coalesce(max(id), 0) + 1
from access_grant
