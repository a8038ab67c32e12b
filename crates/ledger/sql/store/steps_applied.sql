-- Which steps has this database had?
select number
from migration
order by number
