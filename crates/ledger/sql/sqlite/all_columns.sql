-- Which columns has each table? (SQLite)
select tables.name as table_name, columns.name as column_name
from sqlite_schema as tables
join pragma_table_info(tables.name) as columns
where tables.type = 'table'
  and tables.name not like 'sqlite\_%' escape '\'
order by tables.name, columns.cid
