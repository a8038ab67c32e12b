-- A name that tells of somebody goes.
update quarantine
set file_name = '(erased)'
where file_name = $1
