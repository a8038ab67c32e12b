-- What did the newest known version of this table up to this one say when it was written?
select version, digest
from lake_version
where table_name = $1 and version <= $2
order by version desc
limit 1
