-- Which tables are there, each after those it refers to?
select name
from sqlite_master
where type = 'table'
  and name <> 'migration'
  and name not like 'sqlite!_%' escape '!'
order by rowid
