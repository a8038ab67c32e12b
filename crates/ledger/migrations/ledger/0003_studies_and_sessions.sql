-- Under which studies data are used.
create table study (
    id text primary key,
    title_ja text not null,
    title_en text not null,
    recorded_by text not null,
    recorded_us bigint not null
);

-- Who is signed in. Of a token only its SHA-256 stands here.
create table session (
    token_hash text primary key,
    actor text not null,
    begun_us bigint not null,
    seen_us bigint not null,
    ended_us bigint
);
create index session_actor on session (actor);

-- What did this person do, and who looked at this patient?
create index audit_actor on audit (actor, seq);
create index audit_object on audit (object, seq);
