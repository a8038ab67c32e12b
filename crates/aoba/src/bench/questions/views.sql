-- What the questions read, over the Parquet files of the lake: the columns an analyst would pick, and
-- the rows that a definition means (nothing entered in error, no suspected diagnosis).

create view patients as
select patient_id, gender, birth_date_day as born, deceased_at_day as died from patient;

create view visit as
select patient_id, class_code as class, period_start_day as first_day, period_end_day as last_day
from encounter where status not in ('entered-in-error', 'planned', 'cancelled');

create view diagnosis as
select patient_id, icd10_jp_code as icd10, coalesce(onset_at_day, recorded_date_day) as day,
       diagnosis_type_code = 'principal' as main, stage_summary_code as stage
from condition
where verification_status_code = 'confirmed'
  and coalesce(postfix_modifier_codes, '') not like '%8002%'
  and coalesce(prefix_modifier_codes, '') not like '%8002%';

create view drug_order as
select patient_id, atc_code as atc, yj_code as yj, authored_on_day as day,
       expected_supply_duration as days_supply
from medication_request
where status not in ('entered-in-error', 'cancelled', 'draft')
  and intent not in ('proposal', 'plan', 'option');

create view drug_admin as
select patient_id, atc_code as atc, yj_code as yj,
       coalesce(effective_at_day, effective_period_start_day) as day
from medication_administration
where status not in ('entered-in-error', 'not-done');

create view drug as
select patient_id, atc, yj, day, days_supply from drug_order
union all
select patient_id, atc, yj, day, null from drug_admin
union all
select patient_id, atc_code, yj_code, when_handed_over_day, days_supply
from medication_dispense
where status not in ('entered-in-error', 'cancelled', 'preparation', 'declined');

create view measurement as
select patient_id, category_codes as category, loinc_code as loinc, jlac10_code as jlac10,
       effective_at_low as taken, effective_at_day as day, value_quantity as value,
       value_unit_code as unit, reference_range_high as upper_limit
from observation
where status not in ('entered-in-error', 'cancelled', 'registered');

create view lab as
select patient_id, loinc, jlac10, taken, day, value, unit, upper_limit
from measurement where category = 'laboratory';

create view creatinine as
select patient_id, taken, day, case unit when 'umol/L' then value / 88.4017 else value end as mg_dl
from lab
where (jlac10 like '3C0150000023%' or loinc = '2160-0') and value is not null;

create view hba1c as
select patient_id, day,
       case unit when 'mmol/mol' then 0.09148 * value + 2.152 else value end as percent
from lab
where (jlac10 like '3D046%' or loinc = '4548-4') and value is not null;

create view operation as
select patient_id, k_code, coalesce(performed_at_day, performed_period_start_day) as day
from procedure
where status not in ('entered-in-error', 'preparation', 'not-done');

-- From the first visit to the last: the days on which somebody could have been seen.
create view observed as
select v.patient_id, min(v.first_day) as first_day,
       least(max(coalesce(v.last_day, date '9999-12-31')), coalesce(any_value(p.died), date '9999-12-31'))
           as last_day
from visit v join patients p using (patient_id)
group by v.patient_id;
