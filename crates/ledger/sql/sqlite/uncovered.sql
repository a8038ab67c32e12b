-- Which columns of which tables stand in no index, and so only once in the file? (SQLite)
select tables.name as table_name, columns.name as column_name
from sqlite_schema as tables
join pragma_table_info(tables.name) as columns
where tables.type = 'table'
  and tables.name not like 'sqlite\_%' escape '\'
  and not exists (
    select 1
    from pragma_index_list(tables.name) as indexes
    join pragma_index_info(indexes.name) as parts
    where parts.name = columns.name and indexes.partial = 0
  )
order by tables.name, columns.cid
