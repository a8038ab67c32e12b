-- Which steps have been applied?
create table if not exists migration (
    number bigint primary key,
    name text not null,
    checksum text not null,
    applied_us bigint not null
)
