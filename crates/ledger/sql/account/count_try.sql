-- Count a try of this name as failed until it has succeeded.
insert into account_try (name_hash, way, day, failures, last_us)
values ($1, $2, $3, 1, $4)
on conflict (name_hash, way) do update
set failures = case when account_try.day = excluded.day then account_try.failures + 1 else 1 end,
    day = excluded.day,
    last_us = excluded.last_us
