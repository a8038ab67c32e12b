-- What were the files of this table when they were written?
select path, size_bytes, blocks
from lake_file
where table_name = $1
order by path
