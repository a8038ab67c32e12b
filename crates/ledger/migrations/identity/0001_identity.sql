-- Who people are, sealed. Only keyed hashes and sealed bytes stand here.

create table identity_record (
    kind text not null,
    owner bigint not null,
    key_version bigint not null,
    nonce bytea not null,
    sealed bytea not null,
    changed_us bigint not null,
    primary key (kind, owner)
);

-- Keyed hashes of identifiers and normalised names.
create table identity_index (
    blind bigint not null,
    kind text not null,
    owner bigint not null,
    primary key (blind, kind, owner)
);
create index identity_index_owner on identity_index (owner);
