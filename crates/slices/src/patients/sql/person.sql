-- Of which sex is this patient, and has the patient died?
select
  source,
  resource_key,
  gender,
  is_deceased,
  deceased_at as died,
  deceased_at_day as died_day
from fhir.patient
order by last_updated desc nulls last, source, resource_key
