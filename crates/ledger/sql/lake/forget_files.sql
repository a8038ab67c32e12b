-- This table is made anew: nothing is known of its files.
delete from lake_file
where table_name = $1
