-- When did this patient come, to which department, and for how long?
select
  class_code,
  status,
  coalesce(department_display, department_text, service_type_display, service_type_text) as department,
  coalesce(type_text, type_display, class_display) as kind,
  coalesce(reason_text, reason_display) as reason,
  discharge_disposition_text as went_to,
  period_start as starts,
  event_day as starts_day,
  period_end as ends,
  period_end_day as ends_day
from fhir.encounter
where coalesce(status, '') <> 'entered-in-error'
order by period_start_low nulls last, resource_key
