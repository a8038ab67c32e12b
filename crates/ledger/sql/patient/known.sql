-- Is this a number given to a patient?
select patient_id
from patient
where patient_id = $1
