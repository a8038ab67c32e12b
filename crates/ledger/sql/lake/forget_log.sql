-- This table's log is written anew: nothing is known of its files.
delete from lake_file
where table_name = $1 and substr(path, 1, 11) = '_delta_log/'
