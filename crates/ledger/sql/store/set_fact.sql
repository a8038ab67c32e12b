-- This is so in this house from now on.
insert into house (name, value)
values ($1, $2)
on conflict (name) do update
set value = excluded.value
