-- Who this is, is forgotten.
delete from identity_record
where kind = $1 and owner = $2
