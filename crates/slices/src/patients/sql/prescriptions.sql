-- Which drugs were prescribed, from which day, for how many days?
-- Days are those of the supply where it is told, else those of the first dosage.
select
  coalesce(r.atc_code, substr(r.yj_code, 1, 7), r.general_name_code, r.medication_text, r.medication_display)
    as drug,
  coalesce(r.medication_text, r.medication_display, r.medication_code) as name,
  coalesce(d.dosage_text, r.dosage_text) as dosage,
  coalesce(d.period_of_use_start, d.bounds_period_start, d.timing_event, r.authored_on) as starts,
  coalesce(d.event_day, r.event_day) as starts_day,
  coalesce(
    case when r.expected_supply_duration_unit_code = 'd' then r.expected_supply_duration end,
    d.usage_duration,
    case when d.bounds_duration_unit_code = 'd' then d.bounds_duration end
  ) as days
from fhir.medication_request as r
left join fhir.medication_request_dosage as d
  on d.patient_id = r.patient_id
  and d.source = r.source
  and d.resource_key = r.resource_key
  and d.ordinal = 0
where coalesce(r.status, '') not in ('cancelled', 'entered-in-error', 'draft')
  and not coalesce(r.is_not_to_be_done, false)
order by r.authored_on_low nulls last, r.resource_key
