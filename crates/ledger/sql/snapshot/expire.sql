-- This snapshot can be read no longer, unless it is the newest or a study keeps it.
update snapshot
set expired_us = $1
where id = $2
  and expired_us is null
  and id < (select max(id) from snapshot)
  and not exists (select 1 from snapshot_pin where snapshot_pin.snapshot = snapshot.id)
