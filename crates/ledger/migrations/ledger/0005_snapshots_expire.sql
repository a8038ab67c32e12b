-- Since when a snapshot can be read no longer.
alter table snapshot add expired_us bigint;

-- Which study keeps which snapshot from expiring.
create table snapshot_pin (
    snapshot bigint not null references snapshot (id),
    study text not null references study (id),
    pinned_by text not null,
    pinned_us bigint not null,
    primary key (snapshot, study)
);
