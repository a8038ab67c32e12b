-- A second keyed hash of the key behind each number, so that two keys that meet in one number are
-- seen when the second comes. Absent for patients known before this step.
alter table patient add fingerprint bigint;
