-- The same rows, in the other database.
insert into
-- into
-- rows
