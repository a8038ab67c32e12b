-- This table is made anew: nothing is known of its versions.
delete from lake_version
where table_name = $1
