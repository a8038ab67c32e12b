-- Which sealed records come after this one, in order?
select kind, owner, key_version, nonce, sealed
from identity_record
where (kind, owner) > ($1, $2)
order by kind, owner
limit $3
