-- Which steps have been applied?
select number, name, checksum
from migration
order by number
