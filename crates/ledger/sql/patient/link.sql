-- Two numbers are one person; a link that stands or was ended by a steward stays as it is.
insert into patient_link (member, person, origin, load, decided_by, decided_us)
values ($1, $2, $3, $4, $5, $6)
on conflict (member, person) do nothing
