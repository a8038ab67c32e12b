-- Facts about the house whose identities these are, such as the fingerprint of its keys.
create table house (
    name text primary key,
    value text not null
);
