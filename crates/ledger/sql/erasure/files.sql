-- Which data files have emptied rows, and what do they hold?
select table_name, path, hash
from erased_file
order by table_name, path
