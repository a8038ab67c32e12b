-- Data files with emptied rows, and what they hold now.
insert into erased_file (table_name, path, hash, erasure)
-- rows
on conflict (table_name, path) do update
set hash = excluded.hash,
    erasure = excluded.erasure
