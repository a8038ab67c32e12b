-- From which day to which is anything known of this patient?
-- The permit is for one patient: rows of nobody else are in any table here.
with days as (
  select event_day as day from fhir.encounter
  union all
  select event_day from fhir.medication_request
  union all
  select event_day from fhir.medication_administration
  union all
  select event_day from fhir.observation
  union all
  select event_day from fhir.procedure
)
select
  min(day) as first_day,
  max(day) as last_day
from days
