-- The tree of the audit was this; two who say so at once say the same.
insert into checkpoint (size, at_us, note)
values ($1, $2, $3)
on conflict (size) do nothing
