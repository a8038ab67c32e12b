-- Definitions of cohorts that people saved. A cohort is its versions; none of them is ever changed.
create table cohort (
    id bigint primary key,
    owner text not null,
    is_shared boolean not null,
    begun_us bigint not null
);
create index cohort_owner on cohort (owner, id);

create table cohort_version (
    cohort_id bigint not null,
    version bigint not null,
    sha256 text not null,
    definition text not null,
    title_ja text not null,
    title_en text not null,
    note text not null,
    saved_by text not null,
    saved_us bigint not null,
    primary key (cohort_id, version)
);

-- What people say about a version.
create table cohort_comment (
    cohort_id bigint not null,
    seq bigint not null,
    version bigint not null,
    body text not null,
    written_by text not null,
    written_us bigint not null,
    primary key (cohort_id, seq)
);

-- Concept sets that definitions name: a name and a version mean one content for ever.
create table concept_set (
    name text not null,
    version text not null,
    sha256 text not null,
    codes text not null,
    saved_by text not null,
    saved_us bigint not null,
    primary key (name, version)
);
