-- Keyed hashes of identifiers; those known stay as they are.
insert into patient_identifier (blind, patient_id)
-- rows
on conflict (blind, patient_id) do nothing
