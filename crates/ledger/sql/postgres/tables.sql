-- Which tables are there? (PostgreSQL)
select tablename
from pg_tables
where schemaname = current_schema()
order by tablename
