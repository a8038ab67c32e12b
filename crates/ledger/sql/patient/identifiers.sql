-- Which keyed hashes of identifiers come after this one, and whose are they?
select blind, patient_id
from patient_identifier
where (blind, patient_id) > ($1, $2)
order by blind, patient_id
limit $3
