-- Which numbers are one person today?
select member, person
from patient_link
where ended_us is null
