-- Does this schema hold a part of a ledger, or tables of something else?
select
    coalesce(bool_or(c.relname = 'migration'), false),
    count(*)
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
where n.nspname = current_schema()
  and c.relkind = 'r'
  and pg_has_role(c.relowner, 'usage')
