-- Which indexes are only there so that values stand twice, and on which columns? (SQLite)
select indexes.name as index_name, indexes.tbl_name as table_name, indexes.sql, parts.name as column_name
from sqlite_schema as indexes
join pragma_index_info(indexes.name) as parts
where indexes.type = 'index' and indexes.name like 'cover\_%' escape '\'
order by indexes.name, parts.seqno
