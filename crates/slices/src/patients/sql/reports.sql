-- What did examinations conclude, the newest first?
select
  coalesce(code_text, code_display, code) as name,
  conclusion,
  coalesce(effective_at, effective_period_start) as starts,
  event_day as starts_day
from fhir.diagnostic_report
where coalesce(status, '') not in ('cancelled', 'entered-in-error')
  and conclusion is not null
order by coalesce(effective_at_low, effective_period_start_low) desc nulls last, resource_key
limit 200
