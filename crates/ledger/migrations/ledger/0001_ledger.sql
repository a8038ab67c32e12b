-- What people decided and what was loaded. Times are microseconds since 1970 in UTC.

-- Facts about this house, such as the fingerprint of its keys.
create table house (
    name text primary key,
    value text not null
);

-- One row: advances whenever it changes who may be seen.
create table consent_epoch (
    number bigint not null
);
insert into consent_epoch (number) values (0);

-- Who did what, each row bound to the one before it.
create table audit (
    seq bigint primary key,
    at_us bigint not null,
    actor text not null,
    act text not null,
    object text not null,
    purpose text,
    study text,
    detail text not null,
    prev_hash text not null,
    hash text not null
);

-- One run of a command that writes the lake.
create table load (
    id bigint primary key,
    source text not null,
    command text not null,
    actor text not null,
    started_us bigint not null,
    ended_us bigint,
    outcome text not null,
    snapshot bigint,
    failure text
);

-- Files kept as received. The same bytes sent by two systems are two rows.
create table landing (
    source text not null,
    id text not null,
    arrival bigint not null unique,
    load bigint not null references load (id),
    name text not null,
    size_bytes bigint not null,
    stored_bytes bigint not null,
    kind text not null,
    arrived_us bigint not null,
    taken_snapshot bigint,
    primary key (source, id)
);
create index landing_id on landing (id);

-- A version of every table, all from the same moment.
create table snapshot (
    id bigint primary key,
    parent bigint references snapshot (id),
    created_us bigint not null,
    load bigint not null references load (id),
    kind text not null
);

create table snapshot_table (
    snapshot bigint not null references snapshot (id),
    table_name text not null,
    delta_version bigint not null,
    definition_hash text not null,
    row_count bigint not null,
    resource_count bigint not null,
    patient_count bigint not null,
    file_count bigint not null,
    size_bytes bigint not null,
    primary key (snapshot, table_name)
);

-- What became of each file of a load.
-- resource_count = written_count + unchanged_count + superseded_count + quarantined_count
create table load_file (
    load bigint not null references load (id),
    position bigint not null,
    landing text not null,
    name text not null,
    already_held boolean not null,
    line_count bigint not null,
    resource_count bigint not null,
    written_count bigint not null,
    unchanged_count bigint not null,
    superseded_count bigint not null,
    quarantined_count bigint not null,
    primary key (load, position)
);

-- What was not taken, and why.
create table quarantine (
    load bigint not null references load (id),
    position bigint not null,
    landing text not null,
    file_name text not null,
    line bigint,
    code text not null,
    path text,
    detail text not null,
    primary key (load, position)
);

-- What was taken with something worth a look: one row per kind of case.
create table load_warning (
    load bigint not null references load (id),
    position bigint not null,
    code text not null,
    path text,
    detail text not null,
    case_count bigint not null,
    first_file text,
    first_line bigint,
    primary key (load, position)
);

-- Every number given to a person. The name it stands for is in the identity store.
create table patient (
    patient_id bigint primary key,
    source text not null,
    first_load bigint not null references load (id)
);

-- Keyed hashes of identifiers (system and value), so that a reference by identifier finds its person.
create table patient_identifier (
    blind bigint not null,
    patient_id bigint not null,
    primary key (blind, patient_id)
);

-- One person with several numbers; of each pair the smaller stands first.
create table patient_link (
    member bigint not null,
    person bigint not null,
    origin text not null,
    load bigint references load (id),
    decided_by text not null,
    decided_us bigint not null,
    ended_us bigint,
    ended_by text,
    primary key (member, person)
);

-- Who may look, and why.
create table access_grant (
    id bigint primary key,
    actor text not null,
    purpose text not null,
    study text,
    sees_rows boolean not null,
    exact_counts boolean not null,
    granted_by text not null,
    granted_us bigint not null,
    expires_us bigint,
    revoked_us bigint,
    revoked_by text
);
create index access_grant_actor on access_grant (actor, purpose);

-- What patients decided. Rows are added only; the newest row of a patient and purpose counts.
create table consent_decision (
    seq bigint primary key,
    patient_id bigint not null,
    purpose text not null,
    decision text not null,
    reason text not null,
    decided_by text not null,
    decided_us bigint not null
);
create index consent_decision_patient on consent_decision (purpose, patient_id, seq);
