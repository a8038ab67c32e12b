-- This place has the checkpoints up to this size.
insert into checkpoint_place (place, sent_size, sent_us)
values ($1, $2, $3)
on conflict (place) do update
set sent_size = excluded.sent_size,
    sent_us = excluded.sent_us,
    failed_us = null,
    failure = null
