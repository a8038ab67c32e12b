-- A name that tells of somebody goes.
update landing
set name = '(erased)'
where name = $1
