-- A name that tells of somebody goes.
update load_file
set name = '(erased)'
where name = $1
