-- How many rows has this table?
select count(*)
from
-- table
