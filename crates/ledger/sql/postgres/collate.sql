-- Text is ordered byte by byte, as SQLite orders it, whatever the database's own language is.
do $$
declare
    spot record;
begin
    for spot in
        select c.relname, a.attname
        from pg_class as c
        join pg_namespace as n on n.oid = c.relnamespace
        join pg_attribute as a on a.attrelid = c.oid
        where n.nspname = current_schema()
          and c.relkind = 'r'
          and pg_has_role(c.relowner, 'usage')
          and a.attnum > 0
          and not a.attisdropped
          and a.atttypid = cast('text' as regtype)
          and a.attcollation <> cast('"C"' as regcollation)
        order by c.relname, a.attnum
    loop
        execute format(
            'alter table %I alter column %I type text collate "C"',
            spot.relname, spot.attname
        );
    end loop;
end
$$
