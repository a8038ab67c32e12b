-- Whose newest decision for this purpose is to stay out?
select d.patient_id
from consent_decision as d
where d.purpose = $1
  and d.decision = 'out'
  and d.seq = (
      select max(newer.seq)
      from consent_decision as newer
      where newer.purpose = d.purpose and newer.patient_id = d.patient_id
  )
order by d.patient_id
