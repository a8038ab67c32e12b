-- Which diseases were written down, how sure, from when to when?
-- A disease whose onset only an age or words tell stands on the day it was entered.
-- A postfix modifier 8002 (の疑い) means that the disease is suspected only.
select
  coalesce(code_text, code_display, code) as name,
  coalesce(icd10_jp_code, icd10_code) as icd10,
  clinical_status_code as clinical_status,
  coalesce(verification_status_code, '') in ('provisional', 'differential', 'unconfirmed')
    or coalesce(postfix_modifier_codes, '') like '%8002%' as is_suspected,
  coalesce(diagnosis_type_code, '') = 'principal' as is_main,
  coalesce(outcome_text, outcome_display) as outcome,
  coalesce(department_display, department_text) as department,
  coalesce(onset_at, onset_period_start, recorded_date) as starts,
  coalesce(
    event_day,
    case when coalesce(onset_at, onset_period_start) is null then recorded_date_day end
  ) as starts_day,
  coalesce(abatement_at, abatement_period_end) as ends,
  coalesce(abatement_at_day, abatement_period_end_day) as ends_day
from fhir.condition
where coalesce(verification_status_code, '') not in ('refuted', 'entered-in-error')
order by coalesce(onset_at_low, onset_period_start_low, recorded_date_low) nulls last, resource_key
