-- A name that tells of somebody goes.
update load_warning
set first_file = '(erased)'
where first_file = $1
