-- This step was applied.
insert into migration (number, name, checksum, applied_us)
values ($1, $2, $3, $4)
