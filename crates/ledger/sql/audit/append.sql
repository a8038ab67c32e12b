-- This was done.
insert into audit (seq, at_us, actor, act, object, purpose, study, detail, prev_hash, hash)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
