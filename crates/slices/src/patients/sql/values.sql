-- What was measured from the first day up to and including the last, and what is usual for it?
-- Values of a panel, such as the two of a blood pressure, stand beside those of their own.
with measured as (
  select
    coalesce(loinc_code, jlac10_code, code, code_text) as code,
    loinc_code,
    coalesce(code_text, code_display, code) as name,
    value_quantity as value,
    value_comparator as comparator,
    coalesce(value_unit, value_unit_code) as unit,
    reference_range_low as low,
    reference_range_high as high,
    coalesce(value_code_text, value_code_display, value_string) as word,
    event_day as day,
    coalesce(effective_at_low, effective_instant_low, effective_period_start_low) as instant
  from fhir.observation
  where coalesce(status, '') not in ('cancelled', 'entered-in-error')
  union all
  select
    coalesce(c.loinc_code, c.jlac10_code, c.code, c.code_text),
    c.loinc_code,
    coalesce(c.code_text, c.code_display, c.code),
    c.value_quantity,
    c.value_comparator,
    coalesce(c.value_unit, c.value_unit_code),
    c.reference_range_low,
    c.reference_range_high,
    coalesce(c.value_code_text, c.value_code_display, c.value_string),
    c.event_day,
    coalesce(o.effective_at_low, o.effective_instant_low, o.effective_period_start_low)
  from fhir.observation_component as c
  join fhir.observation as o
    on o.patient_id = c.patient_id
    and o.source = c.source
    and o.resource_key = c.resource_key
  where coalesce(o.status, '') not in ('cancelled', 'entered-in-error')
)
select
  code,
  loinc_code,
  name,
  value,
  comparator,
  unit,
  low,
  high,
  word,
  day
from measured
where day >= $first_day
  and day <= $last_day
  and (value is not null or word is not null)
order by day, instant, code
