-- A pull begins.
insert into pull (id, name, source, base, asked, since, actor, started_us, outcome)
values ($1, $2, $3, $4, $5, $6, $7, $8, 'running')
