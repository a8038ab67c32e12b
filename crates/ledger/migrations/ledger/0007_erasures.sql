-- Erasures: what was done, by whom, when and why; nothing tells of whom.
create table erasure (
    id bigint primary key,
    actor text not null,
    reason text not null,
    begun_us bigint not null,
    -- Absent while it is under way.
    ended_us bigint,
    load bigint references load (id),
    snapshot bigint references snapshot (id),
    -- The certificate as JSON, and its SHA-256, which the audit names too.
    certificate text,
    certificate_sha256 text,
    -- Since when the person may come back.
    lifted_us bigint,
    lifted_by text
);

-- Keyed hashes of what is not taken in again: patients, their resources, their identifiers.
create table erasure_tombstone (
    erasure bigint not null references erasure (id),
    blind bigint not null,
    primary key (erasure, blind)
);
create index erasure_tombstone_blind on erasure_tombstone (blind);

-- What an erased person had refused, by a keyed hash of the number: it holds again when they return.
create table erasure_refusal (
    erasure bigint not null references erasure (id),
    blind bigint not null,
    purpose text not null,
    primary key (erasure, blind, purpose)
);

-- Data files in which rows were emptied, and the hash of what they hold now.
create table erased_file (
    table_name text not null,
    path text not null,
    hash text not null,
    erasure bigint not null references erasure (id),
    primary key (table_name, path)
);
