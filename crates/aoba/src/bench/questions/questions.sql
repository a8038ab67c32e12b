-- The phenotypes of the library as somebody who knows SQL would ask them: who is found at least once.
-- `brca_biobank` is not here: the tables have no variants.

-- question: af_anticoagulant_new_users
with anticoagulant as (
    select patient_id, day, atc = 'B01AA03' or yj like '3332001%' as is_warfarin
    from drug
    where atc in ('B01AA03', 'B01AE07', 'B01AF01', 'B01AF02', 'B01AF03') or yj like '3332001%'
       or yj like '3339001%' or yj like '3339002%' or yj like '3339003%' or yj like '3339004%'),
first as (select patient_id, min(day) as day from anticoagulant group by 1),
dx as (
    select f.patient_id,
           count(*) filter (d.icd10 like 'I48%') as fibrillation,
           count(*) filter (d.icd10 not like 'I48%') as other
    from first f
    join diagnosis d on d.patient_id = f.patient_id and d.day between f.day - 365 and f.day
    where d.icd10 like 'I48%' or d.icd10 like 'I05%' or d.icd10 in
              ('I08.0', 'I08.1', 'I08.3', 'Z95.2', 'Z95.3', 'Z95.4')
       or d.icd10 like 'I26%' or d.icd10 like 'I80%' or d.icd10 like 'I82%' or d.icd10 like 'E05%'
       or d.icd10 like 'I30%' or d.icd10 like 'O%'
    group by 1)
select f.patient_id
from first f
join patients p using (patient_id)
join observed o using (patient_id)
join dx using (patient_id)
where p.born + interval 18 year <= f.day
  and o.first_day <= f.day - 365 and o.last_day >= f.day
  and dx.fibrillation > 0 and dx.other = 0
  and not exists (
      from operation k
      where k.patient_id = f.patient_id and k.k_code like 'K082%' and k.day between f.day - 42 and f.day)
  and not exists (
      from anticoagulant a join anticoagulant b using (patient_id, day)
      where a.patient_id = f.patient_id and a.day = f.day and a.is_warfarin and not b.is_warfarin);

-- question: aki_kdigo
with c as (
    select patient_id, day, mg_dl,
           min(mg_dl) over (partition by patient_id order by taken
               range between interval 48 hour preceding and interval 1 microsecond preceding) as two_days,
           min(mg_dl) over (partition by patient_id order by taken
               range between interval 168 hour preceding and interval 1 microsecond preceding) as week
    from creatinine),
dialysis as (
    select patient_id, min(day) as day from operation
    where k_code like 'J038%' or k_code like 'J042%' group by 1)
select distinct c.patient_id
from c left join dialysis d using (patient_id)
where (c.mg_dl - c.two_days >= 0.3 or c.mg_dl >= 1.5 * c.week)
  and (d.day is null or d.day > c.day);

-- question: ami_hospital
select distinct v.patient_id
from visit v
join diagnosis d on d.patient_id = v.patient_id
    and d.day between v.first_day and v.last_day
where v.class in ('IMP', 'ACUTE', 'NONAC', 'SS', 'OBSENC', 'EMER')
  and (d.icd10 like 'I21%' or d.icd10 like 'I22%');

-- question: breast_cancer_by_stage
with dx as (
    select patient_id, day, main, stage from diagnosis
    where icd10 like 'C50%'),
first as (select patient_id, min(day) as day from dx group by 1)
select f.patient_id
from first f
join patients p using (patient_id)
join dx on dx.patient_id = f.patient_id and dx.day between f.day and f.day + 120
where p.gender = 'female'
group by 1, f.day
having count(distinct dx.day) filter (dx.day <= f.day + 60) >= 2
    or bool_or(dx.main and dx.day <= f.day + 60) or bool_or(dx.stage is not null);

-- question: ckd_g3plus
with c as (
    select c.patient_id, c.day,
           194 * power(c.mg_dl, -1.094)
               * power(date_part('year', age(c.day::timestamp, p.born::timestamp)), -0.287)
               * case p.gender when 'female' then 0.739 else 1 end as egfr
    from creatinine c join patients p using (patient_id)
    where p.gender in ('female', 'male')),
days as (
    select patient_id, day, egfr < 60 as low,
           max(day) filter (egfr >= 60) over (partition by patient_id order by day
               range between unbounded preceding and interval 1 day preceding) as better
    from c),
low as (
    select patient_id, day, max(better) as better from days where low group by 1, 2),
a as (
    select a.patient_id, min(a.day) as day
    from low a join low b using (patient_id)
    where b.day between a.day + 90 and a.day + 730 and (b.better is null or b.better <= a.day)
    group by 1),
d as (
    select patient_id, min(day) as day from diagnosis where icd10 like 'N18%'
    group by 1 having count(distinct day) >= 2 and max(day) - min(day) >= 30),
e as (
    select patient_id, min(day) as day from operation where k_code like 'J038%' or k_code like 'J042%'
    group by 1 having count(distinct day) >= 2),
first as (
    select patient_id, min(day) as day
    from (from a union all from d union all from e) group by 1)
select f.patient_id
from first f
where not exists (
    from operation k
    where k.patient_id = f.patient_id and k.k_code like 'K780%' and k.day <= f.day);

-- question: colorectal_cancer_by_stage
with dx as (
    select patient_id, day, main, stage from diagnosis
    where icd10 like 'C18%' or icd10 in ('C19', 'C20')),
first as (select patient_id, min(day) as day from dx group by 1)
select f.patient_id
from first f
join dx on dx.patient_id = f.patient_id and dx.day between f.day and f.day + 120
group by 1, f.day
having count(distinct dx.day) filter (dx.day <= f.day + 60) >= 2
    or bool_or(dx.main and dx.day <= f.day + 60) or bool_or(dx.stage is not null);

-- question: copd_exacerbation_treated
with severe as (
    select distinct v.patient_id, v.first_day as day
    from visit v
    join diagnosis d on d.patient_id = v.patient_id
        and d.day between v.first_day and v.last_day
    where v.class in ('IMP', 'ACUTE', 'NONAC', 'SS', 'OBSENC', 'EMER') and d.icd10 in ('J44.0', 'J44.1')),
steroid as (
    select distinct patient_id, day from drug
    where (atc like 'H02AB%' or yj like '2452%' or yj like '2454%' or yj like '2456%')
      and days_supply between 5 and 14),
antimicrobial as (
    select distinct patient_id, day from drug
    where (atc like 'J01%' or atc like 'J02%' or yj like '61%' or yj like '624%' or yj like '6290100%')
      and days_supply between 5 and 14),
entry as (
    from severe union
    select patient_id, day from steroid join antimicrobial using (patient_id, day)),
copd as (
    select patient_id, min(day) as day from diagnosis
    where icd10 like 'J43%' or icd10 like 'J44%' group by 1)
select distinct e.patient_id
from entry e
join copd c on c.patient_id = e.patient_id and c.day <= e.day
join patients p on p.patient_id = e.patient_id
where p.born + interval 35 year <= e.day;

-- question: dili_biochemical
with alt as (
    select patient_id, day, value / upper_limit as times from lab
    where jlac10 like '3B045%' or loinc = '1742-6'),
alp as (
    select patient_id, day, value / upper_limit as times from lab
    where jlac10 like '3B070%' or loinc = '6768-6'),
bilirubin as (
    select patient_id, day from lab
    where (jlac10 like '3J010%' or loinc = '1975-2') and value > 2 * upper_limit),
high as (
    select patient_id, day from alt where times >= 5
    union
    select patient_id, day from alp where times >= 2
    union
    select a.patient_id, a.day from alt a
    where a.times >= 3 and exists (
        from bilirubin b
        where b.patient_id = a.patient_id and b.day between a.day - 7 and a.day + 7)),
entry as (
    select patient_id, day from high
    qualify coalesce(day - lag(day) over (partition by patient_id order by day) > 180, true))
select distinct e.patient_id
from entry e
where exists (
      from drug d
      where d.patient_id = e.patient_id and d.day between e.day - 90 and e.day
        and d.atc in ('B01AC05', 'C01BD01', 'C10AA01', 'C10AA05', 'H03BA02', 'J01AA08', 'J01CR02',
            'J01EE01', 'J01FA01', 'J04AB02', 'J04AC01', 'J04AK01', 'L02BB01', 'L04AB02', 'L04AX01',
            'L04AX03', 'M01AB05', 'M01AE01', 'M03CA01', 'M04AA01', 'N03AB02', 'N03AF01', 'N03AG01'))
  and not exists (
      from diagnosis x
      where x.patient_id = e.patient_id and x.day <= e.day
        and (x.icd10[:3] in ('B15', 'B16', 'B17', 'B18', 'B19', 'C22', 'K70', 'K74', 'K80', 'K83')
            or x.icd10 in ('C78.7', 'K75.4')))
  and not exists (
      from diagnosis x
      where x.patient_id = e.patient_id and x.day between e.day - 7 and e.day
        and (x.icd10 like 'R57%' or x.icd10 in ('I46.0', 'I46.1')));

-- question: febrile_neutropenia
with warm as (
    select patient_id, taken,
           case unit when '[degF]' then (value - 32) / 1.8 else value end as celsius
    from measurement
    where category in ('vital-signs', 'body-measurement')
      and (jlac10 like '9P100%' or loinc = '8310-5')),
share as (
    select patient_id, day, value from lab
    where jlac10 = '2A160000001930154' or loinc = '770-8'),
low as (
    select patient_id, taken from lab
    where (loinc in ('751-8', '753-4', '6690-2') or jlac10 like '2A010%') and value < 0.5
    union all
    select w.patient_id, w.taken
    from lab w join share s on s.patient_id = w.patient_id and s.day = w.day
    where (w.loinc = '6690-2' or w.jlac10 like '2A010%') and w.value * s.value < 50),
hot as (
    select w.patient_id, w.taken, w.celsius from warm w
    where w.celsius >= 38 and exists (
        from low l
        where l.patient_id = w.patient_id
          and l.taken between w.taken - interval 24 hour and w.taken + interval 48 hour))
select distinct h.patient_id
from hot h
where h.celsius >= 38.3 or exists (
    from warm u
    where u.patient_id = h.patient_id and u.celsius >= 38
      and u.taken between h.taken + interval 1 hour and h.taken + interval 4 hour
      and not exists (
          from warm c
          where c.patient_id = h.patient_id and c.celsius < 38 and c.taken > h.taken and c.taken < u.taken));

-- question: gastric_cancer_by_stage
with dx as (
    select patient_id, day, main, stage from diagnosis
    where icd10 like 'C16%'),
first as (select patient_id, min(day) as day from dx group by 1)
select f.patient_id
from first f
join dx on dx.patient_id = f.patient_id and dx.day between f.day and f.day + 120
group by 1, f.day
having count(distinct dx.day) filter (dx.day <= f.day + 60) >= 2
    or bool_or(dx.main and dx.day <= f.day + 60) or bool_or(dx.stage is not null);

-- question: hf_hosp
select distinct v.patient_id
from visit v
join diagnosis d on d.patient_id = v.patient_id
    and d.day between v.first_day and v.last_day
where v.class in ('IMP', 'ACUTE', 'NONAC', 'SS', 'OBSENC', 'EMER')
  and d.main and (d.icd10 like 'I50%' or d.icd10 in ('I11.0', 'I13.0', 'I13.2'));

-- question: hypertension_new_users
with antihypertensive as (
    select patient_id, day, coalesce(atc[:5], yj[:4]) as class from drug
    where atc like 'C03A%' or atc like 'C03BA%' or atc like 'C08C%' or atc like 'C09A%'
       or atc like 'C09B%' or atc like 'C09C%' or atc like 'C09D%' or yj like '214%'),
first as (select patient_id, min(day) as day from antihypertensive group by 1)
select f.patient_id
from first f
join observed o using (patient_id)
join antihypertensive a on a.patient_id = f.patient_id and a.day between f.day and f.day + 7
where o.first_day <= f.day - 365 and o.last_day >= f.day
  and exists (
      from diagnosis d
      where d.patient_id = f.patient_id and d.day between f.day - 365 and f.day
        and (d.icd10 like 'I10%' or d.icd10 like 'I11%' or d.icd10 like 'I12%' or d.icd10 like 'I13%'))
group by 1 having count(distinct a.class) = 1;

-- question: ischaemic_stroke_hospital
select distinct v.patient_id
from visit v
join diagnosis d on d.patient_id = v.patient_id
    and d.day between v.first_day and v.last_day
where v.class in ('IMP', 'ACUTE', 'NONAC', 'SS', 'OBSENC', 'EMER')
  and d.main and d.icd10 like 'I63%'
  and not exists (
      from diagnosis h
      where h.patient_id = v.patient_id and (h.icd10 like 'S06%' or h.icd10 like 'S02%')
        and h.day between v.first_day and v.last_day);

-- question: liver_cancer_by_stage
with dx as (
    select patient_id, day, main, stage from diagnosis
    where icd10 = 'C22.0'),
first as (select patient_id, min(day) as day from dx group by 1)
select f.patient_id
from first f
join dx on dx.patient_id = f.patient_id and dx.day between f.day and f.day + 120
group by 1, f.day
having count(distinct dx.day) filter (dx.day <= f.day + 60) >= 2
    or bool_or(dx.main and dx.day <= f.day + 60) or bool_or(dx.stage is not null);

-- question: lung_cancer_by_stage
with dx as (
    select patient_id, day, main, stage from diagnosis
    where icd10 like 'C34%'),
first as (select patient_id, min(day) as day from dx group by 1)
select f.patient_id
from first f
join dx on dx.patient_id = f.patient_id and dx.day between f.day and f.day + 120
group by 1, f.day
having count(distinct dx.day) filter (dx.day <= f.day + 60) >= 2
    or bool_or(dx.main and dx.day <= f.day + 60) or bool_or(dx.stage is not null);

-- question: metformin_hba1c
with first as (
    select patient_id, min(day) as day from drug
    where atc = 'A10BA02' or yj like '3962002%' group by 1),
kidney as (
    select c.patient_id,
           arg_max(194 * power(c.mg_dl, -1.094)
               * power(date_part('year', age(c.day::timestamp, p.born::timestamp)), -0.287)
               * case p.gender when 'female' then 0.739 else 1 end, c.taken) as egfr
    from creatinine c
    join first f on f.patient_id = c.patient_id and c.day between f.day - 180 and f.day
    join patients p on p.patient_id = c.patient_id
    group by 1)
select f.patient_id
from first f
join observed o using (patient_id)
left join kidney k using (patient_id)
where o.first_day <= f.day - 365 and o.last_day >= f.day
  and exists (
      from diagnosis d
      where d.patient_id = f.patient_id and d.day <= f.day and d.icd10 like 'E11%')
  and exists (
      from hba1c h
      where h.patient_id = f.patient_id and h.day between f.day - 90 and f.day
        and h.percent between 6.5 and 15)
  and coalesce(k.egfr, 100) >= 30;

-- question: pancreatic_cancer_by_stage
with dx as (
    select patient_id, day, main, stage from diagnosis
    where icd10 like 'C25%'),
first as (select patient_id, min(day) as day from dx group by 1)
select f.patient_id
from first f
join dx on dx.patient_id = f.patient_id and dx.day between f.day and f.day + 120
group by 1, f.day
having count(distinct dx.day) filter (dx.day <= f.day + 60) >= 2
    or bool_or(dx.main and dx.day <= f.day + 60) or bool_or(dx.stage is not null);

-- question: pregnancy_episodes
with outcome as (
    select patient_id,
           day - case when icd10 in ('O60.1', 'O60.3') then 245 when icd10 in ('O36.4', 'Z37.1') then 210
                      when icd10[:3] in ('O03', 'O04', 'O05', 'O06') then 70
                      when icd10 like 'O00%' then 56 else 280 end as day
    from diagnosis
    where icd10 in ('O60.1', 'O60.2', 'O60.3', 'O36.4', 'Z37.1')
       or icd10[:3] in ('O80', 'O81', 'O82', 'O83', 'O84', 'O03', 'O04', 'O05', 'O06', 'O00')
    union all
    select patient_id, day - 280 from operation where k_code like 'K898%'),
entry as (
    select patient_id, day from (select distinct patient_id, day from outcome)
    qualify coalesce(day - lag(day) over (partition by patient_id order by day) > 182, true))
select distinct e.patient_id
from entry e join patients p using (patient_id)
where p.gender = 'female'
  and p.born + interval 10 year <= e.day and e.day < p.born + interval 56 year;

-- question: rheumatoid_arthritis_treated
with dx as (
    select patient_id, day from diagnosis
    where icd10 like 'M05%' or icd10 like 'M06.0%' or icd10 like 'M06.8%' or icd10 like 'M06.9%'),
first as (
    select f.patient_id, f.day, max(dx.day) - f.day as seen_for
    from (select patient_id, min(day) as day from dx group by 1) f
    join dx on dx.patient_id = f.patient_id and dx.day between f.day and f.day + 365
    group by 1, 2)
select f.patient_id
from first f
join drug d on d.patient_id = f.patient_id and d.day between f.day and f.day + 365
where d.atc in ('A07EC01', 'L04AA13', 'L04AA24', 'L04AC07', 'L04AC14', 'L04AK01', 'L04AD02',
          'L04AX03', 'M01CC02', 'P01BA02')
   or d.atc like 'L04AB%' or d.atc like 'L04AF%' or d.yj like '3999016%' or d.yj like '6219001%'
group by 1, f.seen_for having f.seen_for >= 7 or max(d.day) - min(d.day) >= 7;

-- question: sepsis_adult_event
with culture as (
    select distinct patient_id, day from lab where jlac10 like '6B010000001974%' or loinc = '600-7'),
given as (
    select distinct a.patient_id, a.day from drug_admin a semi join culture using (patient_id)
    where atc like 'J01%' or atc like 'J02%' or yj like '61%' or yj like '624%' or yj like '6290100%'),
course as (
    select q.patient_id, q.day
    from given q join patients p using (patient_id)
    where not exists (
          from given b where b.patient_id = q.patient_id and b.day between q.day - 2 and q.day - 1)
      and ((select count(*) from given n
            where n.patient_id = q.patient_id and n.day between q.day and q.day + 3) >= 4
          or p.died between q.day and q.day + 3)),
k as (
    select distinct c.patient_id, c.day
    from culture c
    join course q on q.patient_id = c.patient_id and q.day between c.day - 2 and c.day + 2
    join patients p on p.patient_id = c.patient_id
    where p.born + interval 18 year <= c.day
      and exists (
          from visit v
          where v.patient_id = c.patient_id and v.class in ('IMP', 'ACUTE', 'NONAC', 'SS', 'OBSENC', 'EMER')
            and v.first_day <= c.day and coalesce(v.last_day, date '9999-12-31') >= c.day)),
pressor as (
    select distinct a.patient_id, a.day from drug_admin a
    where atc in ('C01CA03', 'C01CA04', 'C01CA06', 'C01CA24', 'H01BA01') or yj like '2451401%'),
ventilated as (select distinct patient_id, day from operation where k_code like 'J045%'),
began as (
    select patient_id, day from pressor
    qualify coalesce(day - lag(day) over (partition by patient_id order by day) > 1, true)
    union all
    select patient_id, day from ventilated
    qualify coalesce(day - lag(day) over (partition by patient_id order by day) > 1, true)),
result as (
    select patient_id, day, value,
           case when jlac10 like '3E010%' or loinc in ('2524-7', '32693-4') then 'lactate'
                when jlac10 like '3J010%' or loinc = '1975-2' then 'bilirubin'
                when jlac10 like '2A050%' or loinc = '777-3' then 'platelets' end as test
    from lab semi join k using (patient_id)
    where jlac10 like '3E010%' or loinc in ('2524-7', '32693-4') or jlac10 like '3J010%'
       or loinc = '1975-2' or jlac10 like '2A050%' or loinc = '777-3'
    union all
    select patient_id, day, mg_dl, 'creatinine' from creatinine semi join k using (patient_id)),
month as (
    select k.patient_id, k.day,
           min(r.value) filter (r.test = 'bilirubin') as bilirubin,
           max(r.value) filter (r.test = 'platelets') as platelets,
           min(r.value) filter (r.test = 'creatinine') as creatinine
    from k join result r on r.patient_id = k.patient_id and r.day between k.day - 30 and k.day + 30
    group by 1, 2),
failing as (
    select k.patient_id from k
    join began b on b.patient_id = k.patient_id and b.day between k.day - 2 and k.day + 2
    union all
    select m.patient_id from month m
    join result r on r.patient_id = m.patient_id and r.day between m.day - 2 and m.day + 2
    where r.test = 'lactate' and r.value >= 2
       or r.test = 'bilirubin' and r.value >= 2 and r.value >= 2 * m.bilirubin
       or r.test = 'platelets' and r.value < 100 and r.value <= 0.5 * m.platelets
       or r.test = 'creatinine' and r.value >= 2 * m.creatinine and not exists (
              from operation o
              where o.patient_id = m.patient_id and o.day <= m.day
                and (o.k_code like 'J038%' or o.k_code like 'J042%')))
select distinct patient_id from failing;

-- question: t2dm_incident
with first as (
    select patient_id, min(day) as day from (
        select patient_id, day from diagnosis where icd10 like 'E11%'
        union all
        select patient_id, day from drug where atc like 'A10B%' or yj like '396%'
        union all
        select patient_id, day from hba1c where percent between 6.5 and 30)
    group by 1)
select f.patient_id
from first f
where exists (
      from diagnosis d
      where d.patient_id = f.patient_id and d.icd10 like 'E11%' and d.day between f.day and f.day + 365)
  and not exists (
      from diagnosis d
      where d.patient_id = f.patient_id and d.day <= f.day
        and (d.icd10 like 'E10%' or d.icd10 like 'E12%' or d.icd10 like 'E13%' or d.icd10 like 'O24%'));

-- question: t2dm_phekb
with dx as (
    select patient_id, bool_or(icd10 like 'E10%') as type_1,
           bool_or(icd10 like 'E11%') as type_2,
           count(distinct day) filter (icd10 like 'E11%') as days
    from diagnosis where icd10 like 'E10%' or icd10 like 'E11%' group by 1),
medicine as (
    select patient_id,
           min(day) filter (atc like 'A10B%' or yj like '396%') as med,
           min(day) filter (atc like 'A10A%' or yj[:7] in ('2492403', '2492414', '2492415', '2492416'))
               as ins
    from drug
    where atc like 'A10%' or yj like '396%' or yj[:7] in ('2492403', '2492414', '2492415', '2492416')
    group by 1),
abnormal as (
    select patient_id from hba1c where percent >= 6.5
    union
    select patient_id from lab
    where value is not null and (
        (jlac10 like '3D010%' and jlac10 <> '3D010000004127201' or loinc = '2345-7')
            and case unit when 'mmol/L' then value * 18.0156 else value end > 200
        or (jlac10 = '3D010129902227101' or loinc = '1558-6')
            and case unit when 'mmol/L' then value * 18.0156 else value end >= 125))
select patient_id
from dx full join medicine using (patient_id) full join (select patient_id, true as abn from abnormal) using (patient_id)
where not coalesce(type_1, false)
  and (type_2 and med is not null and (ins is null or med < ins)
      or type_2 and med is null and abn and ins is null
      or not coalesce(type_2, false) and med is not null and abn
      or type_2 and ins is not null and med is null and days >= 2);
