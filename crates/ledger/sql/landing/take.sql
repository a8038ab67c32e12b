-- A snapshot took this file; the first one that did stays named.
update landing
set taken_snapshot = $3
where source = $1 and id = $2 and taken_snapshot is null
