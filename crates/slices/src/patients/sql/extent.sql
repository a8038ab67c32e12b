-- From which day to which is anything known of this patient?
-- The permit is for one patient: rows of nobody else are in any table here.
with days as (
  select period_start_day as day from fhir.encounter
  union all
  select authored_on_day from fhir.medication_request
  union all
  select coalesce(effective_at_day, effective_period_start_day) from fhir.observation
  union all
  select coalesce(performed_at_day, performed_period_start_day) from fhir.procedure
)
select
  min(day) as first_day,
  max(day) as last_day
from days
