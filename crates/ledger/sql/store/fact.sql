-- What is so in this house?
select value
from house
where name = $1
