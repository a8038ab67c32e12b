-- Numbers given to patients; those known stay as they are.
insert into patient (patient_id, source, first_load)
-- rows
on conflict (patient_id) do nothing
