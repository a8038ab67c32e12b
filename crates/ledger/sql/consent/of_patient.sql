-- What did this patient decide, oldest first?
select seq, purpose, decision, reason, decided_by, decided_us
from consent_decision
where patient_id = $1
order by seq
