-- A file is kept as received; one that is held already stays as it is.
insert into landing (
    source, id, arrival, load, name, size_bytes, stored_bytes, kind, arrived_us
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (source, id) do nothing
