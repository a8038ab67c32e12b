-- This number is nobody's other number.
delete from patient_link
where member = $1 or person = $1
