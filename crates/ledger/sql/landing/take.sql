-- A snapshot took this file of this source; the first one that did stays named.
update landing
set taken_snapshot = $2
where source = $3 and id = $1 and taken_snapshot is null
