-- What the steps put there makes room for what is copied.
delete from
-- table
