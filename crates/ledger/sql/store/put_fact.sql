-- This is so in this house.
insert into house (name, value)
values ($1, $2)
