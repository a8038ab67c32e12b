-- A refusal holds again, unless the patient has decided since.
insert into consent_decision (seq, patient_id, purpose, decision, reason, decided_by, decided_us)
select coalesce((select max(seq) from consent_decision), 0) + 1, $1, $2, 'out', $3, $4, $5
where not exists (
    select 1
    from consent_decision
    where patient_id = $1 and purpose = $2
)
