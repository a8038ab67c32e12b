-- What these are found by.
insert into identity_index (blind, kind, owner)
-- rows
on conflict (blind, kind, owner) do nothing
