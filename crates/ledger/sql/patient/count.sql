-- How many patients have a number?
select count(*)
from patient
