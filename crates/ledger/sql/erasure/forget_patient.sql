-- This number was given to nobody.
delete from patient
where patient_id = $1
