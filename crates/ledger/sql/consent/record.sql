-- A patient decided.
insert into consent_decision (seq, patient_id, purpose, decision, reason, decided_by, decided_us)
values ($1, $2, $3, $4, $5, $6, $7)
