-- One run that fetched records from a live server.
create table pull (
    id bigint primary key,
    -- Its name in the settings; null for one that somebody asked for by hand.
    name text,
    source text not null,
    base text not null,
    -- What was asked of the server, without since when.
    asked text not null,
    -- Only what changed since then, as the server had written it.
    since text,
    actor text not null,
    started_us bigint not null,
    ended_us bigint,
    outcome text not null,
    way text,
    -- The moment for which the server's answer holds: where the next one begins.
    server_time text,
    load bigint references load (id),
    failure_ja text,
    failure_en text
);
create index pull_asked on pull (source, base, asked, id);

-- What the server itself said about a pull, counted; its words are in the files kept.
create table pull_message (
    pull bigint not null references pull (id),
    position bigint not null,
    severity text not null,
    code text not null,
    message_count bigint not null,
    primary key (pull, position)
);

-- Files of such messages in the landing.
create table pull_message_file (
    pull bigint not null references pull (id),
    landing text not null,
    primary key (pull, landing)
);
