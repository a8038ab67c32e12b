-- When did the first load begin that brought this number?
select load.started_us
from patient
join load on load.id = patient.first_load
where patient.patient_id = $1
