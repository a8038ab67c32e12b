-- What each file of the lake was when it was written: a hash of each block of 64 KiB (XXH3, 64 bits,
-- little-endian), so that a changed byte is found and named, and never served.
create table lake_file (
    table_name text not null,
    path text not null,
    size_bytes bigint not null,
    blocks bytea not null,
    primary key (table_name, path)
);

-- A digest of what each version of a table says: its files, deleted rows, columns.
create table lake_version (
    table_name text not null,
    version bigint not null,
    digest text not null,
    primary key (table_name, version)
);
