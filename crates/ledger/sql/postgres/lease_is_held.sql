-- Does anybody do this work now?
select exists (
    select 1
    from pg_locks
    where locktype = 'advisory'
      and granted
      and database = (select oid from pg_database where datname = current_database())
      and classid = cast($1 as oid)
      and objid = cast(cast(hashtext(current_schema()) as bigint) & 4294967295 as oid)
      and objsubid = 2
)
