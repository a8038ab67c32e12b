-- A rebuild took this file, whoever sent it; the first snapshot that did stays named.
update landing
set taken_snapshot = $2
where id = $1 and taken_snapshot is null
