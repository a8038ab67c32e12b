-- A load begins.
insert into load (id, source, command, actor, started_us, outcome)
values ($1, $2, $3, $4, $5, 'running')
