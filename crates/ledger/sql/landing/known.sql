-- Is this file of this source held, and has a snapshot taken it?
select taken_snapshot
from landing
where source = $1 and id = $2
