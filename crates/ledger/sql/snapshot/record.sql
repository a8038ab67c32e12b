-- A snapshot is made from its parent by a load.
insert into snapshot (id, parent, created_us, load, kind)
values ($1, $2, $3, $4, $5)
