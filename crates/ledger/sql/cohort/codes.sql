-- What does this name of a concept set mean, in its newest version first?
select version, sha256, codes
from concept_set
where name = $1
order by saved_us desc, version desc
