-- Of what is this database made, but for its covers? (SQLite)
select type, name, tbl_name, coalesce(sql, '')
from sqlite_schema
where name not like 'cover\_%' escape '\'
order by type, name
