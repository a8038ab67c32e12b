-- Keep a token that opens once.
insert into account_link (token_hash, kind, actor, made_us, ends_us)
values ($1, $2, $3, $4, $5)
