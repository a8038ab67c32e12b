-- What was done to this patient, and when?
select
  coalesce(code_text, code_display, code) as name,
  coalesce(k_code, code) as code,
  coalesce(performed_at, performed_period_start) as starts,
  event_day as starts_day
from fhir.procedure
where coalesce(status, '') not in ('not-done', 'entered-in-error')
order by coalesce(performed_at_low, performed_period_start_low) nulls last, resource_key
