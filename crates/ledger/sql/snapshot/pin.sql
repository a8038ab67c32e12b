-- A study keeps this snapshot.
insert into snapshot_pin (snapshot, study, pinned_by, pinned_us)
values ($1, $2, $3, $4)
on conflict (snapshot, study) do nothing
