-- Somebody is being erased.
insert into erasure (id, actor, reason, begun_us)
values ($1, $2, $3, $4)
