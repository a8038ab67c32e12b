-- A study keeps this snapshot no longer.
delete from snapshot_pin
where snapshot = $1 and study = $2
