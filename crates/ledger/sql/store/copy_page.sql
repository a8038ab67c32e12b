-- Which rows of this table come after this one, in the order in which they were added?
select rowid
-- columns
from
-- table
where rowid > $1
order by rowid
limit $2
