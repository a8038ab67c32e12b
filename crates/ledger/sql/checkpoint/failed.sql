-- This place could not be reached; how far it has the checkpoints stays as it is.
insert into checkpoint_place (place, sent_size, failed_us, failure)
values ($1, 0, $2, $3)
on conflict (place) do update
set failed_us = excluded.failed_us,
    failure = excluded.failure
