-- This file is gone.
delete from lake_file
where table_name = $1 and path = $2
