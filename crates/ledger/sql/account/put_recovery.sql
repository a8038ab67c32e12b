-- Keep a recovery code.
insert into account_recovery (code_hash, actor)
values ($1, $2)
