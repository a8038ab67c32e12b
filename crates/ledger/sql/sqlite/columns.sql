-- Which columns has this table, and what do they hold?
select name, lower(type)
from pragma_table_info($1)
order by cid
