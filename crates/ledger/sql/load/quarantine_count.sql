-- How many things were not taken in this load?
select count(*)
from quarantine
where load = $1
