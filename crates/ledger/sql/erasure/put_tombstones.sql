-- What is not taken in again.
insert into erasure_tombstone (erasure, blind)
-- rows
on conflict (erasure, blind) do nothing
