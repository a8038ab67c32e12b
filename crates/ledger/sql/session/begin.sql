-- Keep a new session.
insert into session (token_hash, actor, begun_us, seen_us, proved_us)
values ($1, $2, $3, $3, $3)
