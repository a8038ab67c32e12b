-- A steward parts two numbers; the smaller is the member.
update patient_link
set ended_us = $3, ended_by = $4
where ended_us is null and member = $1 and person = $2
