-- What these files of the lake were when they were written.
insert into lake_file (table_name, path, size_bytes, blocks)
-- rows
on conflict (table_name, path) do update set size_bytes = excluded.size_bytes, blocks = excluded.blocks
