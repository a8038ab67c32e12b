-- Which drugs were given in the hospital, and when?
select
  coalesce(atc_code, substr(yj_code, 1, 7), general_name_code, medication_text, medication_display) as drug,
  coalesce(medication_text, medication_display, medication_code) as name,
  dosage_text as dosage,
  coalesce(effective_at, effective_period_start) as starts,
  event_day as starts_day,
  effective_period_end_day as ends_day
from fhir.medication_administration
where coalesce(status, '') not in ('not-done', 'entered-in-error')
order by coalesce(effective_at_low, effective_period_start_low) nulls last, resource_key
