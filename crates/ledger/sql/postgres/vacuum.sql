-- Write a table anew, without what was deleted. (PostgreSQL)
vacuum full
-- table
