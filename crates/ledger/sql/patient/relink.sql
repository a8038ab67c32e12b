-- A steward joins again what had been parted.
update patient_link
set ended_us = null, ended_by = null, origin = $3, decided_by = $4, decided_us = $5
where member = $1 and person = $2 and ended_us is not null
