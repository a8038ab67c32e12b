-- What this one was found by is forgotten.
delete from identity_index
where kind = $1 and owner = $2
