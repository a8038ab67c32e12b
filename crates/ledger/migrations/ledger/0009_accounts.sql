-- Who may sign in. A row stays for ever: what was done under its name is in the audit.
create table account (
    actor text primary key,
    name_ja text not null,
    name_en text not null,
    email text,
    role text not null,
    department text,
    supervisor text,
    password text,
    joined_us bigint,
    expires_us bigint,
    disabled_us bigint,
    made_by text not null,
    made_us bigint not null
);

-- What opens once: the link of the first administrator, an invitation, the way from a right password
-- to the code. Of a token only its SHA-256 stands here.
create table account_link (
    token_hash text primary key,
    kind text not null,
    actor text,
    made_us bigint not null,
    ends_us bigint not null,
    used_us bigint
);

-- How many wrong passwords or codes were given for a name on a day of the hospital's calendar. The
-- name is a keyed hash: people type passwords where names belong.
create table account_try (
    name_hash bigint not null,
    way text not null,
    day bigint not null,
    failures bigint not null,
    last_us bigint not null,
    primary key (name_hash, way)
);

-- The seed of an authenticator app, sealed, and the last step of it that was used.
create table account_second (
    actor text primary key,
    nonce bytea not null,
    sealed bytea not null,
    last_step bigint not null,
    begun_us bigint not null,
    confirmed_us bigint
);

-- Codes for the day on which the telephone is lost; of each only a keyed hash.
create table account_recovery (
    code_hash text primary key,
    actor text not null,
    used_us bigint
);

-- When the person behind a session last gave their password.
alter table session add column proved_us bigint;
