-- Numbers given to patients. A number that is known stays as it is; only where another key stands
-- behind it is the row touched, so that more rows are touched than added and the load is refused.
insert into patient (patient_id, source, first_load, fingerprint)
-- rows
on conflict (patient_id) do update
set fingerprint = excluded.fingerprint
where patient.fingerprint <> excluded.fingerprint
