-- Which patients came last, up to this day, and to which department?
with visits as (
  select
    patient_id,
    event_day as day,
    coalesce(department_display, department_text, service_type_display, service_type_text) as department,
    row_number() over (partition by patient_id order by period_start_low desc, resource_key) as nth
  from fhir.encounter
  where event_day <= $today
    and coalesce(status, '') not in ('entered-in-error', 'cancelled', 'planned')
)
select
  patient_id,
  day,
  department
from visits
where nth = 1
order by day desc, patient_id
limit 24
