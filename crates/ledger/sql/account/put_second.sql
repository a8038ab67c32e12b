-- Keep a new seed, in place of one that was never confirmed.
insert into account_second (actor, nonce, sealed, last_step, begun_us)
values ($1, $2, $3, 0, $4)
on conflict (actor) do update
set nonce = excluded.nonce,
    sealed = excluded.sealed,
    last_step = 0,
    begun_us = excluded.begun_us
where account_second.confirmed_us is null
