-- A failure whose words tell of somebody keeps that it was one.
update load
set failure = '(erased)'
where failure = $1
