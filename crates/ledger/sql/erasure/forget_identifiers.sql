-- Nobody is found by these identifiers any more.
delete from patient_identifier
where patient_id = $1
