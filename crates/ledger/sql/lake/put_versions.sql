-- What these versions of the tables said when they were written.
insert into lake_version (table_name, version, digest)
-- rows
on conflict (table_name, version) do update set digest = excluded.digest
