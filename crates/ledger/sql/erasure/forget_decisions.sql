-- What was decided for this number is forgotten; refusals are kept under a keyed hash.
delete from consent_decision
where patient_id = $1
