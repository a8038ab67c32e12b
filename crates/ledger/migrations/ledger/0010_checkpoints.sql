-- What the tree of the audit was at one moment, as a signed note.
create table checkpoint (
    size bigint primary key,
    at_us bigint not null,
    note text not null
);

-- Where checkpoints are sent: how far each place has them, and what went wrong there last.
create table checkpoint_place (
    place text primary key,
    sent_size bigint not null,
    sent_us bigint,
    failed_us bigint,
    failure text
);
